"""A member's standing is stored, and a tier that is another one published, in one transaction."""

from datetime import datetime

import msgspec

from contracts.tiers import TierChanged
from lambdas.tiers.model import Months, Standing, qualifying, tier_of
from lambdas.tiers.store import TierStore
from pbckit.runtime.unit_of_work import UnitOfWork


def store_standing(
    store: TierStore, work: UnitOfWork, before: Standing | None, member_id: str, months: Months, now: datetime
) -> bool:
    """Add to a unit of work what a member's months make of the tier.

    Args:
        store: gives the tiers in force.
        work: what it is added to; the caller commits it.
        before: the member as read; None for a new one.
        member_id: whose points they are.
        months: the qualifying points by month, as they are now.
        now: when the tier is decided.

    Returns:
        Whether the tier is another one than was published last.
    """
    standing = before or Standing(member_id=member_id)
    points = qualifying(months, now)
    tier = tier_of(store.in_force(now), points)
    name = tier.name if tier else None
    is_changed = name != standing.tier
    after = msgspec.structs.replace(
        standing, months=months, version=standing.version + 1, tier=name, changes=standing.changes + is_changed
    )
    work.add(*store.keep(before, after))
    if is_changed:
        event = TierChanged(member_id=member_id, tier=name, previous_tier=standing.tier, qualifying_points=points)
        work.publish(event, sequence=after.changes)
    return is_changed
