"""Capability `statement`."""

from contracts.points_ledger import STATEMENT, GetStatement, Statement
from lambdas.points_ledger.model.due import settled
from lambdas.points_ledger.services import pending
from lambdas.points_ledger.services.answers import statement_line
from lambdas.points_ledger.services.member_ledger import booked
from lambdas.points_ledger.storage.ledger import Ledger
from pbckit.runtime.capability import CallContext, capability


@capability(STATEMENT)
def handler(request: GetStatement, call: CallContext) -> Statement:
    """A member's postings, newest first, with the balance after each."""
    ledger = Ledger(call.runtime)
    account = booked(ledger, request.member_id)
    # Others may be booked between the two reads: balance and lines are of one moment.
    after = account.version + 1
    lines = ledger.newest_lines(request.member_id, request.limit, min(request.before or after, after))
    now = call.runtime.clock.now()
    more = bool(lines) and lines[-1].sequence > 1
    return Statement(
        member_id=account.member_id,
        balance_points=settled(account, now)[0].balance_points,
        lines=[statement_line(line) for line in lines],
        next=lines[-1].sequence if more else None,
        pending_points=sum(one.points for one in pending.of_member(call.runtime, request.member_id, account, now)),
        merged_into=account.merged_into,
    )
