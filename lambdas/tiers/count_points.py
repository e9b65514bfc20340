"""Subscription `count-points`: what the ledger posted counts towards the member's tier.

Points count however they were earned, and negative ones of refunds too. Corrections by hand count as well: they mend
what purchases earned. Goodwill does not: it is a gift.
"""

from contracts.points_ledger import MemberErased, MemberMerged, PointsCorrected, PointsPosted
from lambdas.tiers.model import counts_until, month_of, together, with_points
from lambdas.tiers.standing_changes import store_standing
from lambdas.tiers.store import NOBODY, TierStore
from pbckit.runtime.ports import ConditionFailed
from pbckit.runtime.subscriber import EventContext, Poison, Subscriber
from pbckit.runtime.unit_of_work import AlreadyHandled, check_told, retry_on_conflict, told_by

handler = Subscriber(inbox=False)
"""What is counted is remembered by its id, with the event that told of it, for as long as it counts."""

_GIFT = "goodwill"


@handler.on(PointsPosted)
def count_posting(event: PointsPosted, context: EventContext) -> None:
    """Count the points of a purchase, or of a refund or re-rating."""
    _count("posting", event.posting_id, event.member_id, event.points, context)


@handler.on(PointsCorrected)
def count_correction(event: PointsCorrected, context: EventContext) -> None:
    """Count a correction by hand, unless it is a gift or moved no points."""
    if event.reason != _GIFT and event.points:
        _count("correction", event.reference, event.member_id, event.points, context)


@handler.on(MemberMerged)
def count_together(event: MemberMerged, context: EventContext) -> None:
    """Let a member's points count for the one whose account goes on, also those that come later."""

    def merge() -> None:
        store, now = TierStore(context.runtime), context.runtime.clock.now()
        source, target = store.standing(event.source_member_id), store.standing(event.member_id)
        if source.merged_into is not None:
            raise AlreadyHandled(event.reference)
        work = context.unit_of_work()
        store_standing(store, work, source, {}, now, merged_into=event.member_id)
        store_standing(store, work, target, together(target.months, source.months, now), now)
        work.commit()

    retry_on_conflict(merge, context.runtime)


@handler.on(MemberErased)
def forget(event: MemberErased, context: EventContext) -> None:
    """Delete the member, and of what was counted whose it was. The same again finds nothing to delete."""
    store = TierStore(context.runtime)
    work = context.unit_of_work()
    work.add(*store.forget(event.member_id))
    told = [*(("posting", one) for one in event.posting_ids), *(("correction", one) for one in event.corrections)]
    for kind, identity in told:
        counted = store.counted(kind, identity)
        if counted is not None:
            work.add(store.forget_counted(kind, identity, counted))
    work.commit()


def _count(kind: str, identity: str, member_id: str, points: int, context: EventContext) -> None:
    month = month_of(context.occurred_at)
    if counts_until(month) <= context.runtime.clock.now():
        return  # Replayed from an archive: it counts no more.

    def count() -> None:
        store, now = TierStore(context.runtime), context.runtime.clock.now()
        before = store.counted_for(member_id)
        months = with_points(before.months, month, points, now)
        work = context.unit_of_work()
        kept = store.keep_counted(kind, identity, member_id, points, month, told_by(context.cause))
        work.add(kept)
        store_standing(store, work, before, months, now)
        try:
            work.commit()
        except ConditionFailed as error:
            # Looked up only now: reading it before every posting would cost every posting a read.
            if kept in error.failed:
                _refuse_conflict(store, kind, identity, member_id, points, context)
            raise

    retry_on_conflict(count, context.runtime)


def _refuse_conflict(
    store: TierStore, kind: str, identity: str, member_id: str, points: int, context: EventContext
) -> None:
    """Drop what was counted already, and refuse what was counted otherwise."""
    counted = store.counted(kind, identity)
    if counted is None:
        return
    check_told(counted.told_by, context.cause)
    if counted.member_id == NOBODY and counted.points == points:
        raise AlreadyHandled(identity)
    if (counted.member_id, counted.points) != (member_id, points):
        raise Poison(f"{kind} {identity} was counted before with another member or other points")
    raise AlreadyHandled(identity)
