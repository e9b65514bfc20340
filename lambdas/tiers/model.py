"""Qualifying points by month, and the tier that they make.

Points count in the month (UTC) in which the ledger booked them, and in the twelve months after it: for twelve whole
months at least. Months are kept, not postings, so that a member has 13 numbers however many purchases there were.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import MAXYEAR, UTC, datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from contracts.tiers import MemberTier, Tier, TierSet, require_distinct
from pbckit.contracts.vocabulary import Identifier, Key

_MONTHS_AFTER = 12
_OF_A_YEAR = 12

Month = Annotated[str, Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
"""A calendar month (UTC), for example `2026-06`; it sorts by time."""
Months = dict[Month, int]
"""Qualifying points by the month in which they were booked."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a member."""

    member_id: Identifier
    months: Months = msgspec.field(default_factory=dict)
    version: int = 0
    """Counts what was stored."""
    tier: Key | None = None
    """The tier that was published last; None before the first."""
    changes: int = 0
    """How many changes of the tier were published."""
    merged_into: Identifier | None = None
    """The member for whom its points count, also those that come later; None where the account was not merged."""


def month_of(instant: datetime) -> Month:
    """The month in which points count first."""
    utc = instant.astimezone(UTC)
    return f"{utc.year:04d}-{utc.month:02d}"


def counts_until(month: Month) -> datetime:
    """The first instant at which a month's points do not count any more."""
    year, number = int(month[:4]), int(month[5:])
    years, following = divmod(number + _MONTHS_AFTER, _OF_A_YEAR)
    if year + years > MAXYEAR:
        return datetime.max.replace(tzinfo=UTC)
    return datetime(year + years, following + 1, 1, tzinfo=UTC)


def counting(months: Mapping[Month, int], at: datetime) -> Months:
    """The months that count at an instant."""
    return {month: points for month, points in months.items() if at < counts_until(month)}


def with_points(months: Mapping[Month, int], month: Month, points: int, now: datetime) -> Months:
    """Months with points added. What does not count any more is left out."""
    return counting({**months, month: months.get(month, 0) + points}, now)


def together(months: Mapping[Month, int], more: Mapping[Month, int], now: datetime) -> Months:
    """The months of two members, those that count."""
    return counting({month: months.get(month, 0) + more.get(month, 0) for month in {**months, **more}}, now)


def qualifying(months: Mapping[Month, int], at: datetime) -> int:
    """The points that count at an instant; below 0 where refunds outweigh."""
    return sum(counting(months, at).values())


def in_order(tiers: Iterable[Tier]) -> list[Tier]:
    """Tiers by threshold, the lowest first.

    Raises:
        InvalidTiers: a name or a threshold is there twice.
    """
    ordered = sorted(tiers, key=lambda tier: tier.threshold_points)
    require_distinct(ordered)
    return ordered


def tier_of(tiers: TierSet | None, points: int) -> Tier | None:
    """The highest tier that so many points reach. Fewer than none count as none."""
    reached = [tier for tier in tiers.tiers if tier.threshold_points <= max(points, 0)] if tiers else []
    return reached[-1] if reached else None


def in_force(sets: Iterable[TierSet], at: datetime) -> TierSet | None:
    """The set that began last."""
    begun = [one for one in sets if one.effective_from <= at]
    return max(begun, key=lambda one: one.effective_from, default=None)


def with_ends(sets: Sequence[TierSet]) -> list[TierSet]:
    """Sets, each ending where the next begins. They are in the order of their beginning."""
    ends = [one.effective_from for one in sets[1:]]
    return [msgspec.structs.replace(one, effective_to=end) for one, end in zip(sets, [*ends, None], strict=False)]


def member_tier(standing: Standing, sets: Sequence[TierSet], now: datetime) -> MemberTier:
    """A member's tier at an instant, what the next one takes, and until when it stays."""
    points, tiers = qualifying(standing.months, now), in_force(sets, now)
    tier = tier_of(tiers, points)
    above = [one for one in (tiers.tiers if tiers else []) if one.threshold_points > max(points, 0)]
    return MemberTier(
        member_id=standing.member_id,
        tier=tier.name if tier else None,
        qualifying_points=points,
        next_tier=above[0].name if above else None,
        points_to_next=above[0].threshold_points - points if above else None,
        valid_until=_valid_until(standing.months, sets, now, tier),
    )


def _valid_until(
    months: Mapping[Month, int], sets: Sequence[TierSet], now: datetime, tier: Tier | None
) -> datetime | None:
    moments = {*map(counts_until, months), *(one.effective_from for one in sets)}
    for moment in sorted(one for one in moments if one > now):
        then = tier_of(in_force(sets, moment), qualifying(months, moment))
        if (then and then.name) != (tier and tier.name):
            return moment
    return None
