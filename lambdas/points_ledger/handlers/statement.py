"""Capability `statement`."""

from contracts.points_ledger import STATEMENT, GetStatement, Statement, StatementLine
from lambdas.points_ledger.model.due import settled
from lambdas.points_ledger.model.postings import Line
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
    more = bool(lines) and lines[-1].sequence > 1
    return Statement(
        member_id=account.member_id,
        balance_points=settled(account, call.runtime.clock.now())[0].balance_points,
        lines=[_shown(line) for line in lines],
        next=lines[-1].sequence if more else None,
    )


def _shown(line: Line) -> StatementLine:
    return StatementLine(
        sequence=line.sequence,
        posting_id=line.id,
        kind=line.kind,
        points=line.points,
        balance_points=line.balance_points,
        text=_text(line),
        posted_at=line.at,
        held_points=line.held_points,
        debt_points=line.debt_points,
        booked_at=line.booked_at,
        entries=line.entries,
        hash=line.hash,
        actor=by.actor if (by := line.by_hand or line.enrolling or line.closing or line.block) else None,
        approver=line.by_hand.approver if line.by_hand else None,
        forfeited_points=line.forfeited_points,
    )


def _text(line: Line) -> str:
    """What a person reads: a purchase's line says itself if the account was closed."""
    if line.kind == "closed" or line.forfeited_points <= 0:
        return line.text
    return f"{line.text}; {line.forfeited_points} points forfeited: the account is closed"
