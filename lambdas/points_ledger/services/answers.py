"""How an account and its lines are given out, in the words of the contract."""

from collections.abc import Sequence
from datetime import datetime

from contracts.points_ledger import Balance, ExpiringPoints, Forecast, PendingPurchase, StatementLine
from lambdas.points_ledger.model.account import Account
from lambdas.points_ledger.model.lots import NEVER, expires_at
from lambdas.points_ledger.model.postings import Line


def balance(account: Account, at: datetime, pending: Sequence[PendingPurchase] = ()) -> Balance:
    """What a member has at an instant, of the account as it stands then, and what is pending then."""
    return Balance(
        member_id=account.member_id,
        balance_points=account.balance_points,
        version=account.version,
        held_points=account.held_points,
        spendable_points=account.free_points(at),
        blocked_points=account.blocked_points(at),
        debt_points=account.debt_points,
        state="closed" if account.closed else "open",
        enrolled_at=account.enrolled_at,
        closed_at=account.closed.at if account.closed else None,
        pending_points=sum(one.points for one in pending),
        merged_into=account.merged_into,
        merged_from=account.merged_from,
    )


def forecast(account: Account, now: datetime) -> Forecast:
    """What a member can spend, by expiry."""
    lots = account.spendable(now)
    return Forecast(
        member_id=account.member_id,
        expiring=[
            ExpiringPoints(expires_at=end, points=points)
            for lot, points in lots.items()
            if (end := expires_at(lot)) is not None
        ],
        lasting_points=lots.get(NEVER, 0),
    )


def statement_line(line: Line) -> StatementLine:
    """A line of a statement."""
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
        actor=by.actor
        if (by := line.by_hand or line.enrolling or line.closing or line.block or line.merging or line.erasing)
        else None,
        approver=approved.approver if (approved := line.by_hand or line.merging or line.erasing) else None,
        forfeited_points=line.forfeited_points,
        reported_for=line.reported_for,
    )


def _text(line: Line) -> str:
    """What a person reads: a purchase's line says itself if the account was closed."""
    merged = f"; reported for {line.reported_for}" if line.reported_for else ""
    if line.kind == "closed" or line.forfeited_points <= 0:
        return f"{line.text}{merged}"
    return f"{line.text}{merged}; {line.forfeited_points} points forfeited: the account is closed"
