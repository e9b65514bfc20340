"""`rewards ledger block` and `unblock`: points that may not be spent, for example while a fraud is looked into."""

from typing import Annotated

import typer

from contracts.points_ledger import BLOCK, RELEASE_BLOCK, BlockPoints, ReleaseBlock
from pbckit.cli.client.capabilities import capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.output import AsJson, Stack, out, print_json
from pbckit.cli.requests import request_of


def block(
    member_id: Annotated[str, typer.Argument(help="The member's id.")],
    block_id: Annotated[str, typer.Option(help="The case or ticket: the same one again changes nothing.")],
    reason: Annotated[str, typer.Option(help="fraud, dispute, legal or account-takeover.")],
    note: Annotated[str, typer.Option(help="What it is about: stands in the statement.")],
    purchase: Annotated[str | None, typer.Option(help="Only as many points as this purchase has left.")] = None,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Keep points from being spent until they are unblocked. Holds that are open stay so."""
    request = request_of(
        BlockPoints, block_id=block_id, member_id=member_id, purchase_id=purchase, reason=reason, note=note
    )
    answer = capabilities_of(stack).ask(BLOCK, request)
    if as_json:
        print_json(answer)
    else:
        out.print(f"{block_id}: {answer.blocked_points} points of {answer.member_id} are blocked; by {answer.actor}")


def unblock(
    block_id: Annotated[str, typer.Argument(help="The block's id.")],
    note: Annotated[str, typer.Option(help="Why: stands in the statement.")],
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Release a block: its points can be spent again."""
    answer = capabilities_of(stack).ask(RELEASE_BLOCK, request_of(ReleaseBlock, block_id=block_id, note=note))
    if as_json:
        print_json(answer)
    else:
        left = f"{answer.blocked_points} points of {answer.member_id} are still blocked"
        out.print(f"{block_id}: released; {left}; by {answer.actor}")
