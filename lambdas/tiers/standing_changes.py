"""A member's standing is stored, and a tier that is another one published, in one transaction."""

from datetime import datetime

import msgspec

from contracts.tiers import TierChanged
from lambdas.tiers.model import Months, Standing, qualifying, tier_of
from lambdas.tiers.store import TierStore
from pbckit.runtime.unit_of_work import UnitOfWork


def store_standing(
    store: TierStore,
    work: UnitOfWork,
    before: Standing,
    months: Months,
    now: datetime,
    *,
    merged_into: str | None = None,
) -> bool:
    """Add to a unit of work what a member's months make of the tier.

    Args:
        store: gives the tiers in force.
        work: what it is added to; the caller commits it.
        before: the member as read; of version 0 for a new one.
        months: the qualifying points by month, as they are now.
        now: when the tier is decided.
        merged_into: for whom the member's points count from now on; None for as before.

    Returns:
        Whether the tier is another one than was published last.
    """
    points = qualifying(months, now)
    tier = tier_of(store.in_force(now), points)
    name = tier.name if tier else None
    is_changed = name != before.tier
    after = msgspec.structs.replace(
        before,
        months=months,
        version=before.version + 1,
        tier=name,
        changes=before.changes + is_changed,
        merged_into=merged_into or before.merged_into,
    )
    work.add(*store.keep(before, after))
    if is_changed:
        event = TierChanged(member_id=before.member_id, tier=name, previous_tier=before.tier, qualifying_points=points)
        work.publish(event, sequence=after.changes)
    return is_changed
