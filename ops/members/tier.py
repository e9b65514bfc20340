"""`rewards member tier`: which tier a member has."""

from typing import Annotated

import typer

from contracts.tiers import TIER, GetTier, MemberTier
from pbckit.cli.client.capabilities import capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.output import AsJson, Stack, out, print_json
from pbckit.cli.requests import request_of


def tier(
    member_id: Annotated[str, typer.Argument(help="The member's id.")],
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """A member's tier, what the next one takes, and until when the tier stays."""
    answer = capabilities_of(stack).ask(TIER, request_of(GetTier, member_id=member_id))
    if as_json:
        print_json(answer)
    else:
        out.print(f"{answer.member_id}: {_described(answer)}", soft_wrap=True)


def _described(answer: MemberTier) -> str:
    until = f" until {answer.valid_until:%Y-%m-%d}" if answer.valid_until else ""
    following = f"; {answer.points_to_next} more for {answer.next_tier}" if answer.next_tier else ""
    return f"{answer.tier or 'no tier'}{until}, by {answer.qualifying_points} qualifying points{following}"
