"""Subscription: the ledger has posted something. It is compared with what the ledger was told."""

from contracts.points_calculation import Difference, ReportedPosting
from contracts.points_ledger import PointsPosted
from lambdas.points_calculation.storage.confirmations import ConfirmationStore
from pbckit.runtime.subscriber import EventContext, Subscriber

handler = Subscriber()


@handler.on(PointsPosted)
def posted(event: PointsPosted, context: EventContext) -> None:
    """Confirm what was told, or keep the difference.

    What was told is committed with the event that tells it, and the inbox drops a confirmation that comes again: so a
    posting of which nothing is expected was not told.
    """
    store = ConfirmationStore(context.runtime)
    told = store.find(event.posting_id)
    difference = _difference(told, event, context)
    work = context.unit_of_work()
    if told is not None:
        work.add(store.confirmed(told))
    if difference is not None:
        work.add(store.differs(difference))
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
