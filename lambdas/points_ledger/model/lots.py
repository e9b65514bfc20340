"""Lots: a member's points by the month in which they expire.

A lot is named after the month (UTC) at whose first instant its points are gone: `2028-07`. Points without an expiry are
in the lot `never`, which sorts after every month. So a member has about as many lots as points live months, however
many purchases there were.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta

from lambdas.points_ledger.model.policy import Policy

NEVER = "never"

_OF_A_YEAR = 12
_LAST_YEAR = 9999

Lot = Annotated[str, Meta(pattern=r"^((?!0000)[0-9]{4}-(0[1-9]|1[0-2])|never)$")]
Lots = dict[Lot, int]
"""Points by lot. Lots without points are left out."""


def lot_of(earned_at: datetime, policy: Policy) -> str:
    """The lot of points that were earned at an instant: they last for whole months, and until that month ends."""
    if policy.expiry_months is None:
        return NEVER
    utc = earned_at.astimezone(UTC)
    year, month = divmod(utc.year * _OF_A_YEAR + utc.month + policy.expiry_months, _OF_A_YEAR)
    return NEVER if year > _LAST_YEAR else f"{year:04d}-{month + 1:02d}"


def expires_at(lot: str) -> datetime | None:
    """The first instant at which a lot's points cannot be spent any more; None where they can be for ever."""
    return None if lot == NEVER else datetime.fromisoformat(f"{lot}-01T00:00:00+00:00")


def is_live(lot: str, now: datetime) -> bool:
    """Whether a lot's points can be spent."""
    end = expires_at(lot)
    return end is None or now < end


def live(lots: Mapping[str, int], now: datetime) -> Lots:
    """The lots that can be spent, earliest expiry first."""
    return {lot: lots[lot] for lot in sorted(lots) if is_live(lot, now)}


def taken(lots: Mapping[str, int], points: int, order: Iterable[str]) -> Lots:
    """As many of the points as the lots have, from one lot after the other."""
    parts: Lots = {}
    for lot in order:
        part = min(points, lots.get(lot, 0))
        if part:
            parts[lot] = part
            points -= part
    return parts


def plus(lots: Mapping[str, int], more: Mapping[str, int], sign: int = 1) -> Lots:
    """Lots with others added, or with `sign` -1 taken away."""
    sums = {lot: lots.get(lot, 0) + sign * more.get(lot, 0) for lot in sorted({*lots, *more})}
    return {lot: points for lot, points in sums.items() if points}
