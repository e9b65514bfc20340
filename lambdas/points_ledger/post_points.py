"""Subscription `post-points`: what was calculated is booked."""

from contracts.points_calculation import PointsCalculated
from contracts.points_ledger import ConflictingPosting, PointsPosted
from lambdas.kit.subscriber import Received, Subscriber
from lambdas.kit.unit_of_work import AlreadyHandled, until_fresh
from lambdas.points_ledger import model
from lambdas.points_ledger.store import Ledger

handler = Subscriber(reports_gaps=True)


@handler.on(PointsCalculated)
def post_calculated(event: PointsCalculated, received: Received) -> None:
    """Book the points of a purchase to its member."""
    text = "; ".join(line.text for line in event.lines)
    posting = model.earned(event.purchase_id, event.member_id, event.points, text, event.posted_at)
    until_fresh(lambda: _post(posting, received), received.runtime)


def _post(posting: model.Posting, received: Received) -> None:
    ledger = Ledger(received.runtime)
    known = ledger.posting(posting.id)
    if known is not None:
        _refuse_conflict(known, posting)
    before = ledger.account(posting.member_id) or model.Account(member_id=posting.member_id)
    after = before.after(posting)
    work = received.unit_of_work()
    work.add(*ledger.post(posting, before, after))
    work.publish(
        PointsPosted(
            posting_id=posting.id,
            member_id=posting.member_id,
            points=posting.points,
            balance_points=after.balance_points,
        ),
        sequence=after.version,
    )
    work.commit()


def _refuse_conflict(known: model.Posting, posting: model.Posting) -> None:
    different = model.differences(known, posting)
    if different:
        raise ConflictingPosting(f"posting {posting.id} was booked before with another {', '.join(different)}")
    raise AlreadyHandled(posting.id)
