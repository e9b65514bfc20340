"""`rewards member merge`: two members' accounts become one, by postings that say who did it and who approved it."""

from typing import Annotated

import typer

from contracts.points_ledger import MERGE, Merge, MergeMembers
from pbckit.cli.client.capabilities import capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.output import AsJson, Stack, out, print_json
from pbckit.cli.requests import request_of

_REASONS = "duplicate, member-request, card-replaced or system-error."


def merge(
    member_id: Annotated[str, typer.Argument(metavar="FROM", help="The member whose account is closed by it.")],
    into: Annotated[str, typer.Option(help="The member whose account goes on.")],
    reference: Annotated[str, typer.Option(help="The case or ticket: the same one again changes nothing.")],
    reason: Annotated[str, typer.Option(help=_REASONS)],
    approver: Annotated[str, typer.Option(help="Who approves it: another one than you.")],
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Merge a member's account into another's, for good. You are its actor. What comes later for FROM follows."""
    request = request_of(
        MergeMembers,
        reference=reference,
        member_id=member_id,
        into_member_id=into,
        reason=reason,
        approver=approver,
    )
    answer = capabilities_of(stack).ask(MERGE, request)
    if as_json:
        print_json(answer)
        return
    out.print(
        f"{reference}: {answer.member_id} is merged into {answer.into_member_id}: {_moved(answer)}; "
        f"balance {answer.balance_points}; by {answer.actor}, approved by {answer.approver}"
    )


def _moved(answer: Merge) -> str:
    parts = {
        "points moved": answer.moved_points,
        "owed points moved": answer.moved_debt_points,
        "repaid a debt": answer.repaid_points,
        "pending purchases moved": answer.pending_purchases,
    }
    return ", ".join(f"{number} {what}" for what, number in parts.items() if number) or "nothing to move"
