"""What tiers must answer, by the definition and by force. It imports nothing of the implementation."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

Ladder = Mapping[str, int]
"""Thresholds by tier."""


@dataclass(frozen=True)
class Posted:
    """Points of a member, and when the ledger booked them."""

    identity: str
    points: int
    at: datetime
    is_gift: bool = False


def months_since(at: datetime, now: datetime) -> int:
    """How many calendar months lie between, 0 within the same one."""
    return (now.year - at.year) * 12 + now.month - at.month


def points_at(postings: Iterable[Posted], now: datetime) -> int:
    """The sum of all that is at most twelve months old, each posting once."""
    once = {one.identity: one for one in postings if not one.is_gift}
    return sum(one.points for one in once.values() if months_since(one.at, now) <= 12)


def ladder_at(ladders: Mapping[datetime, Ladder], now: datetime) -> Ladder:
    """The tiers that began last."""
    begun = [at for at in ladders if at <= now]
    return ladders[max(begun)] if begun else {}


def tier_at(postings: Sequence[Posted], ladders: Mapping[datetime, Ladder], now: datetime) -> str | None:
    """The tier with the highest threshold that is reached."""
    best, points = None, max(points_at(postings, now), 0)
    ladder = ladder_at(ladders, now)
    for name, threshold in ladder.items():
        if threshold <= points and (best is None or threshold > ladder[best]):
            best = name
    return best


def next_at(
    postings: Sequence[Posted], ladders: Mapping[datetime, Ladder], now: datetime
) -> tuple[str | None, int | None]:
    """The next tier, and how many points are missing."""
    points = points_at(postings, now)
    above = [(threshold, name) for name, threshold in ladder_at(ladders, now).items() if threshold > max(points, 0)]
    return (min(above)[1], min(above)[0] - points) if above else (None, None)


def until(postings: Sequence[Posted], ladders: Mapping[datetime, Ladder], now: datetime) -> datetime | None:
    """The first of the next 40 months' beginnings, or beginning of tiers, at which the tier is another one."""
    firsts = [
        datetime(now.year + (now.month - 1 + number) // 12, (now.month - 1 + number) % 12 + 1, 1, tzinfo=UTC)
        for number in range(1, 41)
    ]
    for moment in sorted({*firsts, *(at for at in ladders if at > now)}):
        if tier_at(postings, ladders, moment) != tier_at(postings, ladders, now):
            return moment
    return None
