"""What time does by itself: holds end and points expire, each at its moment and in the order of the moments.

Nobody waits for a job to book it: whoever reads an account sees it as if all that is due were booked, and whoever books
something books first what is due.
"""

from collections.abc import Iterator
from datetime import datetime

from lambdas.points_ledger.model import booking
from lambdas.points_ledger.model.account import Account
from lambdas.points_ledger.model.lots import expires_at
from lambdas.points_ledger.model.postings import Draft, Line


def settled(account: Account, now: datetime, most: int | None = None) -> tuple[Account, list[Line]]:
    """The account with all that is due at an instant, and the lines that book it.

    Args:
        account: as it is booked.
        now: the instant.
        most: so many lines at most; the rest stays due.
    """
    lines: list[Line] = []
    while most is None or len(lines) < most:
        draft = _next(account, now)
        if draft is None:
            break
        line, account = account.booked(draft, now)
        lines.append(line)
    return account, lines


def next_due(account: Account) -> datetime | None:
    """When something is due for an account next; None where nothing ever is."""
    return min((at for at, _, _ in _moments(account)), default=None)


def _next(account: Account, now: datetime) -> Draft | None:
    """The posting that is due first. Of two at one moment the hold ends first: its points expire too."""
    due = [(at, order, what) for at, order, what in _moments(account) if at <= now]
    if not due:
        return None
    at, order, what = min(due)
    if order:
        return booking.expired(account, what, at)
    return booking.released(account, what, "timed-out", at)


def _moments(account: Account) -> Iterator[tuple[datetime, int, str]]:
    for hold_id, hold in account.holds.items():
        yield hold.until, 0, hold_id
    for lot in account.lots:
        end = expires_at(lot)
        if end is not None:
            yield end, 1, lot
