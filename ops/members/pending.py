"""`rewards member pending`: purchases that are authorised and not posted."""

from collections.abc import Sequence
from typing import Annotated

import typer

from contracts.points_ledger import PENDING, GetPending, PendingPurchase, PendingPurchases
from ops.members.amounts import written
from ops.members.exports import Cell
from pbckit.cli.client.capabilities import capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.output import AsJson, Stack, print_json, print_table
from pbckit.cli.requests import request_of

COLUMNS = ("authorised at", "authorisation", "merchant", "amount", "points", "until")


def pending(
    member_id: Annotated[str, typer.Argument(help="The member's id.")],
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Purchases that are authorised and not posted, with what they are likely to earn. It cannot be spent."""
    answer = capabilities_of(stack).ask(PENDING, request_of(GetPending, member_id=member_id))
    if as_json:
        print_json(answer)
        return
    print_table(title(answer), COLUMNS, rows(answer.purchases))


def title(answer: PendingPurchases) -> str:
    """What is pending, in a line."""
    return f"{answer.member_id}: {answer.pending_points} points pending, not spendable"


def rows(purchases: Sequence[PendingPurchase]) -> list[tuple[Cell, ...]]:
    """Pending purchases, by `COLUMNS`."""
    return [
        (
            f"{one.authorised_at:%Y-%m-%d %H:%M}",
            one.authorisation_id,
            one.merchant,
            written(one.amount),
            one.points,
            f"{one.expires_at:%Y-%m-%d %H:%M}",
        )
        for one in purchases
    ]
