"""Subscription `post-points`: what was calculated, and what was corrected, is booked."""

from contracts.points_calculation import PointsAdjusted, PointsCalculated
from contracts.points_ledger import ConflictingPosting
from contracts.vocabulary import require_in_range
from lambdas.points_ledger.model import booking
from lambdas.points_ledger.model.diff import differences
from lambdas.points_ledger.model.lots import lot_of
from lambdas.points_ledger.model.postings import Draft
from lambdas.points_ledger.services.member_ledger import MemberLedger
from lambdas.points_ledger.services.policy import policy
from lambdas.points_ledger.storage.ledger import Ledger
from lambdas.points_ledger.storage.records import KeptPosting
from pbckit.runtime.observability import count
from pbckit.runtime.ports import ConditionFailed
from pbckit.runtime.subscriber import EventContext, NotYet, Subscriber
from pbckit.runtime.unit_of_work import AlreadyHandled, retry_on_conflict

handler = Subscriber(reports_gaps=True)

_TOLD = ("kind", "points", "text", "at", "corrects")
"""What a line has from the event that it was told by; the rest follows from the account."""


@handler.on(PointsCalculated)
def post_calculated(event: PointsCalculated, context: EventContext) -> None:
    """Book the points of a purchase to its member.

    Raises:
        InstantOutOfRange: seen from its event the purchase was posted too long ago, or too far in the future.
    """
    decided = policy()
    require_in_range(
        f"posted_at of purchase {event.purchase_id}",
        event.posted_at,
        context.occurred_at,
        days_back=decided.days_back,
        days_ahead=decided.days_ahead,
    )
    lot = lot_of(event.posted_at, decided)

    def post() -> None:
        books = MemberLedger.of(event.member_id, context.runtime, context.cause)
        _post(books, booking.earned(books.account, event, lot, books.now), lot, context)

    retry_on_conflict(post, context.runtime)


@handler.on(PointsAdjusted)
def post_adjusted(event: PointsAdjusted, context: EventContext) -> None:
    """Book a correction. One that comes before its purchase is tried again later."""
    purchase = Ledger(context.runtime).posting(event.purchase_id)
    if purchase is None:
        raise NotYet(f"adjustment {event.adjustment_id}: purchase {event.purchase_id} is not booked yet")
    if purchase.member_id != event.member_id:
        raise ConflictingPosting(
            f"adjustment {event.adjustment_id} is for member {event.member_id}, "
            f"and purchase {event.purchase_id} is booked to {purchase.member_id}"
        )

    def post() -> None:
        books = MemberLedger.of(event.member_id, context.runtime, context.cause)
        draft = booking.corrected(books.account, event, purchase.lot, books.now, policy())
        _post(books, draft, purchase.lot, context)

    retry_on_conflict(post, context.runtime)


def _post(books: MemberLedger, draft: Draft, lot: str, context: EventContext) -> None:
    work = context.unit_of_work()
    line = books.book(draft, work)
    kept = books.ledger.keep_posting(
        draft.id, KeptPosting(member_id=books.account.member_id, sequence=line.sequence, lot=lot)
    )
    work.add(kept)
    try:
        work.commit()
        if line.forfeited_points > 0:
            count("PostedToClosedMember")
    except ConditionFailed as error:
        # Looked up only now: reading it before every posting would cost every posting a read.
        if kept in error.failed:
            _refuse_conflict(books, draft)
        raise


def _refuse_conflict(books: MemberLedger, draft: Draft) -> None:
    """Drop a posting that is booked already, and refuse one that is booked otherwise."""
    kept = books.ledger.posting(draft.id)
    before = books.ledger.line(kept.member_id, kept.sequence) if kept else None
    if kept is None or before is None:
        return
    is_anothers = kept.member_id != books.account.member_id
    different = [*(["member_id"] if is_anothers else []), *differences(before, draft, _TOLD)]
    if different:
        raise ConflictingPosting(f"posting {draft.id} was booked before with another {', '.join(different)}")
    raise AlreadyHandled(draft.id)
