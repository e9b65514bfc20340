"""`rewards member enrol` and `close`: when a membership begins and ends, each by a posting that says who did it."""

from typing import Annotated

import typer

from contracts.points_ledger import CLOSE, ENROL, CloseMember, Closure, EnrolMember
from pbckit.cli.client.capabilities import capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.output import AsJson, Stack, out, print_json
from pbckit.cli.requests import request_of

_REASONS = "member-request, card-cancelled, inactive, deceased, fraud or duplicate."
_POINTS = "What becomes of the points: forfeit or keep-until-expiry; without it what the programme decides."


def enrol(
    member_id: Annotated[str, typer.Argument(help="The member's id.")],
    since: Annotated[str | None, typer.Option(help="Since when (RFC 3339), not in the future; without it now.")] = None,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Say since when a person is a member. Not needed to collect points; the same again changes nothing."""
    request = request_of(EnrolMember, member_id=member_id, enrolled_at=since)
    answer = capabilities_of(stack).ask(ENROL, request)
    if as_json:
        print_json(answer)
        return
    out.print(f"{answer.member_id}: member since {answer.enrolled_at:%Y-%m-%d %H:%M} UTC; by {answer.actor}")


def close(
    member_id: Annotated[str, typer.Argument(help="The member's id.")],
    reason: Annotated[str, typer.Option(help=_REASONS)],
    points: Annotated[str | None, typer.Option(help=_POINTS)] = None,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Close a member's account for good. You are its actor. Purchases that come later earn nothing."""
    request = request_of(CloseMember, member_id=member_id, reason=reason, points=points)
    answer = capabilities_of(stack).ask(CLOSE, request)
    if as_json:
        print_json(answer)
        return
    out.print(f"{answer.member_id}: closed ({answer.reason}); {_points(answer)}; by {answer.actor}")


def _points(answer: Closure) -> str:
    parts = {
        "points forfeited": answer.forfeited_points,
        "kept until they expire": answer.kept_points,
        "held": answer.held_points,
        "owed": answer.debt_points,
    }
    return ", ".join(f"{number} {what}" for what, number in parts.items() if number) or "no points"
