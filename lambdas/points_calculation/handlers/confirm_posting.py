"""Subscription: the ledger has posted something. It is compared with what the ledger was told."""

from dataclasses import replace

from contracts.points_calculation import Difference, ReportedPosting
from contracts.points_ledger import PointsPosted
from lambdas.points_calculation.storage.confirmations import ConfirmationStore
from pbckit.runtime.ports import ConditionFailed
from pbckit.runtime.subscriber import EventContext, Subscriber
from pbckit.runtime.unit_of_work import UnitOfWork, check_told, retry_on_conflict

handler = Subscriber(inbox=False)
"""A posting's confirmation remembers the event. An inbox marker would drop one whose function died right after it."""


@handler.on(PointsPosted)
def posted(event: PointsPosted, context: EventContext) -> None:
    """Confirm what was told, or keep the difference.

    What is posted as it was told takes two single writes, whose order makes up for a transaction: first the
    confirmation, which says by which event, then the entry goes. Whoever dies in between gets the event again, finds
    it in the confirmation, and lets the entry go. Another event of the posting is none that was told.
    """
    retry_on_conflict(lambda: _posted(event, context), context.runtime)


def _posted(event: PointsPosted, context: EventContext) -> None:
    store = ConfirmationStore(context.runtime)
    told = store.find(event.posting_id)
    difference = _difference(told, event, context)
    if told is None or difference is not None or not _confirmed_first(store, told, context):
        _otherwise(store, told, difference, event, context)


def _confirmed_first(store: ConfirmationStore, told: ReportedPosting, context: EventContext) -> bool:
    """Confirm what was told; whether nobody had."""
    try:
        context.runtime.tables.put(store.confirms(told.posting_id, context.cause))
    except ConditionFailed:
        return False
    context.runtime.tables.delete(store.confirmed(told))
    return True


def _otherwise(
    store: ConfirmationStore,
    told: ReportedPosting | None,
    difference: Difference | None,
    event: PointsPosted,
    context: EventContext,
) -> None:
    """Drop the event if it came before; else keep the difference, in one transaction.

    Raises:
        AlreadyHandled: it came before.
        ConflictingMessage: its id did, with other content.
    """
    before = store.confirmation(event.posting_id)
    # With a marker: a second event of a posting has no other, and former releases kept one of each event.
    work = UnitOfWork(context.runtime, replace(context.cause, inbox=True))
    if before is None:
        work.add(store.confirms(event.posting_id, context.cause))
        work.add(*([] if told is None else [store.confirmed(told)]))
    else:
        if told is not None:
            context.runtime.tables.delete(store.confirmed(told))
        check_told(before.told_by, context.cause)
        difference = _difference(None, event, context)
    work.add(*([] if difference is None else [store.differs(difference)]))
    work.commit()


def _difference(told: ReportedPosting | None, event: PointsPosted, context: EventContext) -> Difference | None:
    if told is None:
        kind = "not-reported"
    elif told.member_id != (event.reported_for or event.member_id):
        kind = "other-member"
    elif told.points != event.points:
        kind = "other-points"
    else:
        return None
    return Difference(
        posting_id=event.posting_id,
        member_id=event.member_id,
        kind=kind,
        reported_points=None if told is None else told.points,
        posted_points=event.points,
        found_at=context.runtime.clock.now(),
    )
