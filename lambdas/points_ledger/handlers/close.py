"""Capability `close`: a member's account is closed for good."""

from contracts.points_ledger import CLOSE, CloseMember, Closure
from lambdas.points_ledger.model import membership
from lambdas.points_ledger.model.account import Account, BrokenBooks
from lambdas.points_ledger.model.postings import Closing, Line
from lambdas.points_ledger.services.actors import named_actor
from lambdas.points_ledger.services.closed_account import refuse_closed, refuse_merged
from lambdas.points_ledger.services.member_ledger import MemberLedger
from lambdas.points_ledger.services.policy import policy
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(CLOSE)
def handler(request: CloseMember, call: CallContext) -> Closure:
    """Close a member's account, once. The same request again gets the first answer, whoever asks."""
    return retry_on_conflict(lambda: _closed(request, call), call.runtime)


def _closed(request: CloseMember, call: CallContext) -> Closure:
    actor = named_actor(call, f"closing of member {request.member_id}")
    books = MemberLedger.known(request.member_id, call.runtime, call.cause)
    if books.account.closed is not None:
        return _again(books, request)
    points = request.points or policy().points_on_closing
    work = call.unit_of_work()
    line = books.book(membership.closed(books.account, request.reason, points, actor, books.now), work)
    work.commit()
    return _answer(books.account, line, line.closing)


def _again(books: MemberLedger, request: CloseMember) -> Closure:
    closed = books.account.closed
    line = books.ledger.line(request.member_id, closed.sequence) if closed else None
    if line is None or line.closing is None:
        raise BrokenBooks(f"member {request.member_id}: the line that closed the account is missing")
    before = line.closing
    refuse_merged(books.account, f"close {books.account.merged_into}")
    if request.reason != before.reason or request.points not in (None, before.points):
        refuse_closed(books.account, f"by {before.actor}, reason {before.reason}, points {before.points}")
    return _answer(books.account, line, before)


def _answer(account: Account, line: Line, closing: Closing | None) -> Closure:
    if closing is None:
        raise BrokenBooks(f"line {line.sequence} of member {account.member_id} closes nothing")
    return Closure(
        member_id=account.member_id,
        reason=closing.reason,
        actor=closing.actor,
        points=closing.points,
        forfeited_points=line.forfeited_points,
        held_points=line.held_points,
        kept_points=line.balance_points - line.held_points,
        debt_points=line.debt_points,
        closed_at=line.at,
    )
