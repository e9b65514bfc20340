"""Capability `totals`."""

from contracts.points_ledger import TOTALS, AccountTotal, GetTotals, Totals
from lambdas.points_ledger.model.totals import sums
from lambdas.points_ledger.storage.ledger import Ledger
from pbckit.runtime.capability import CallContext, capability


@capability(TOTALS)
def handler(request: GetTotals, call: CallContext) -> Totals:
    """Debits and credits of a page of members, by account. What is due and not booked is not in them."""
    ledger = Ledger(call.runtime)
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
