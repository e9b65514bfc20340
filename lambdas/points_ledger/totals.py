"""Capability `totals`."""

from contracts.points_ledger import TOTALS, AccountTotal, GetTotals, Totals
from lambdas.points_ledger.model.account import Account, Sides
from lambdas.points_ledger.store import Ledger
from pbckit.runtime.capability import Asked, capability


@capability(TOTALS)
def handler(request: GetTotals, asked: Asked) -> Totals:
    """Debits and credits of a page of members, by account. What is due and not booked is not in them."""
    ledger = Ledger(asked.runtime)
    members, following = ledger.members(request.after, request.limit)
    accounts = [account for member in members if (account := ledger.account(member)) is not None]
    totals = sums(accounts)
    return Totals(
        accounts=[
            AccountTotal(account=name, debits_points=sides.debits, credits_points=sides.credits)
            for name, sides in sorted(totals.items())
        ],
        members=len(accounts),
        postings=sum(account.version for account in accounts),
        next=following,
    )


def sums(accounts: list[Account]) -> dict[str, Sides]:
    """What was debited and credited in some members' accounts, by account."""
    found: dict[str, Sides] = {}
    for account in accounts:
        for name, sides in account.totals.items():
            before = found.get(name, Sides())
            found[name] = Sides(before.debits + sides.debits, before.credits + sides.credits)
    return found
