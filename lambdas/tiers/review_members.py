"""Scheduled: publishes tiers that changed although no points came.

That happens when a month begins, or when other tiers take effect: then each member is looked at once, some in each run.
The answer of `tier` does not depend on it.
"""

import hashlib
from datetime import datetime, timedelta

import msgspec

from lambdas.tiers.model import counting, month_of
from lambdas.tiers.standing_changes import store_standing
from lambdas.tiers.store import SHARDS, ReviewPlace, TierStore
from pbckit.runtime.observability import count, logger, observed
from pbckit.runtime.ports import ConditionFailed, TransactionConflict
from pbckit.runtime.runtime import Runtime, lambda_runtime
from pbckit.runtime.unit_of_work import MessageContext, UnitOfWork

OF_A_SHARD = 250
"""Members of a shard that one run looks at."""
_PATIENCE = timedelta(minutes=5)
"""How old a change is when its review begins: whatever was being counted by the tiers before it is committed then."""


def handler(_event: object, context: object) -> dict[str, int]:
    """What the scheduler calls."""
    with observed(context):
        return {"changed": review(lambda_runtime("STORE_TABLE", "OUTBOX_TABLE"))}


def review(runtime: Runtime) -> int:
    """Look at as many members as one run can, where something made it necessary. The next run goes on.

    Returns:
        How many tiers changed.
    """
    store = TierStore(runtime)
    occasion = _occasion(store, runtime.clock.now())
    changed = sum(_review_shard(store, shard, occasion, runtime) for shard in range(SHARDS)) if occasion else 0
    count("TiersReviewed", changed)
    return changed


def _occasion(store: TierStore, now: datetime) -> str | None:
    """What all members must be reviewed for: the month and the tiers in force. None while tiers are being changed."""
    head, then = store.head(), now - _PATIENCE
    if head is None or head.changed_at > then:
        return None
    in_force = store.in_force(then)
    since = in_force.effective_from.isoformat() if in_force else "none"
    return f"{month_of(then)} tiers {since} change {head.changes}"


def _review_shard(store: TierStore, shard: int, occasion: str, runtime: Runtime) -> int:
    place = store.place(shard)
    if place is None or place.occasion != occasion:
        place = ReviewPlace(occasion=occasion)
    if place.is_done:
        return 0
    members, last = store.members(shard, place.after, OF_A_SHARD)
    changed = sum(_is_changed(store, member_id, runtime) for member_id in members)
    runtime.tables.transact([store.keep_place(shard, msgspec.structs.replace(place, after=last, is_done=last is None))])
    return changed


def _is_changed(store: TierStore, member_id: str, runtime: Runtime) -> bool:
    now = runtime.clock.now()
    occasion = hashlib.sha256(f"{member_id} {now.isoformat()}".encode()).hexdigest()[:24]
    work = UnitOfWork(runtime, MessageContext(correlation_id=f"review-{occasion}", actor=runtime.unit))
    try:
        before = store.member(member_id)
        if before is None or not store_standing(store, work, before, counting(before.months, now), now):
            return False
        work.commit()
    except (ConditionFailed, TransactionConflict):
        # Points are being counted at this moment, by the tiers that are in force now.
        logger.info("skipped: concurrent update", member_id=member_id)
        return False
    except msgspec.ValidationError as error:
        # A member whose record cannot be read must not hold up the others.
        logger.error("record cannot be read", member_id=member_id, reason=str(error))
        return False
    return True
