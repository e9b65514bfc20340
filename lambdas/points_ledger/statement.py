"""Capability `statement`."""

from contracts.points_ledger import STATEMENT, GetStatement, Statement, UnknownMember
from lambdas.kit.capability import Asked, capability
from lambdas.points_ledger.store import Ledger


@capability(STATEMENT)
def handler(request: GetStatement, asked: Asked) -> Statement:
    """A member's postings, newest first, with the balance after each."""
    ledger = Ledger(asked.runtime)
    account = ledger.account(request.member_id)
    if account is None:
        raise UnknownMember(f"the ledger has no account for member {request.member_id!r}")
    lines = ledger.lines(request.member_id, request.limit, request.before)
    more = bool(lines) and lines[-1].sequence > 1
    return Statement(
        member_id=account.member_id,
        balance_points=account.balance_points,
        lines=lines,
        next=lines[-1].sequence if more else None,
    )
