"""Subscription `post-points`: what was calculated, and what was corrected, is booked."""

from collections.abc import Sequence

import msgspec

from contracts.points_calculation import PointsAdjusted, PointsCalculated
from contracts.points_ledger import ClosedMember, ConflictingPosting
from contracts.vocabulary import require_in_range
from lambdas.points_ledger.model import booking
from lambdas.points_ledger.model.diff import differences
from lambdas.points_ledger.model.lots import lot_of
from lambdas.points_ledger.model.postings import Draft
from lambdas.points_ledger.services import pending
from lambdas.points_ledger.services.member_ledger import MemberLedger
from lambdas.points_ledger.services.policy import policy
from lambdas.points_ledger.storage.ledger import Ledger
from lambdas.points_ledger.storage.records import KeptPosting
from pbckit.runtime.observability import count
from pbckit.runtime.ports import ConditionFailed, Operation
from pbckit.runtime.subscriber import EventContext, NotYet, Subscriber
from pbckit.runtime.unit_of_work import AlreadyHandled, check_told, retry_on_conflict, told_by

handler = Subscriber(reports_gaps=True, knows_first=True, inbox=False)
"""Each posting is booked on condition that its id is not booked yet, and remembers the event that told of it. A
correction is put off until its purchase is booked.
"""

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
        books = _following(event.member_id, context)
        settled = event.authorisation_id
        released = pending.ended(context.runtime, settled, "posted") if settled else ()
        draft = booking.earned(books.account, event, lot, books.now)
        _post(books, _for_member(event.member_id, books, draft), lot, context, released)

    retry_on_conflict(post, context.runtime)


@handler.on(PointsAdjusted)
def post_adjusted(event: PointsAdjusted, context: EventContext) -> None:
    """Book a correction. One that comes before its purchase is tried again later."""
    purchase = Ledger(context.runtime).posting(event.purchase_id)
    if purchase is None:
        raise NotYet(f"adjustment {event.adjustment_id}: purchase {event.purchase_id} is not booked yet")
    if purchase.erased:
        if Ledger(context.runtime).posting(event.adjustment_id) is not None:
            raise AlreadyHandled(event.adjustment_id)
        raise ConflictingPosting(
            f"adjustment {event.adjustment_id}: purchase {event.purchase_id} is of a member who is erased"
        )

    def post() -> None:
        books = _following(event.member_id, context)
        if purchase.member_id not in (event.member_id, books.account.member_id):
            raise ConflictingPosting(
                f"adjustment {event.adjustment_id} is for member {event.member_id}, "
                f"and purchase {event.purchase_id} is booked to {purchase.member_id}"
            )
        draft = booking.corrected(books.account, event, purchase.lot, books.now, policy())
        _post(books, _for_member(event.member_id, books, draft), purchase.lot, context)

    retry_on_conflict(post, context.runtime)


def _following(member_id: str, context: EventContext) -> MemberLedger:
    """The books that a posting comes to. What comes while a member is being erased waits until that is done."""
    try:
        return MemberLedger.following(member_id, context.runtime, context.cause)
    except ClosedMember as refusal:
        raise NotYet(str(refusal)) from refusal


def _for_member(member_id: str, books: MemberLedger, draft: Draft) -> Draft:
    """A posting that says for whom it was reported, where that is not whose books it comes to."""
    if member_id == books.account.member_id:
        return draft
    return msgspec.structs.replace(draft, reported_for=member_id)


def _post(
    books: MemberLedger, draft: Draft, lot: str, context: EventContext, released: Sequence[Operation] = ()
) -> None:
    work = context.unit_of_work()
    line = books.book(draft, work)
    kept = books.ledger.keep_posting(
        draft.id,
        KeptPosting(member_id=books.account.member_id, sequence=line.sequence, lot=lot, told_by=told_by(context.cause)),
    )
    work.add(kept, *released)
    try:
        work.commit()
        if line.forfeited_points > 0:
            count("PostedToClosedMember")
    except ConditionFailed as error:
        # Looked up only now: reading it before every posting would cost every posting a read.
        if kept in error.failed:
            _refuse_conflict(books, draft, context)
        raise


def _refuse_conflict(books: MemberLedger, draft: Draft, context: EventContext) -> None:
    """Drop a posting that is booked already, and refuse one that is booked otherwise."""
    kept = books.ledger.posting(draft.id)
    if kept is not None:
        check_told(kept.told_by, context.cause)
    before = books.ledger.line(kept.member_id, kept.sequence) if kept else None
    if kept is None or before is None:
        return
    if kept.erased:
        if (before.kind, before.points) == (draft.kind, draft.points):
            raise AlreadyHandled(draft.id)
        raise ConflictingPosting(f"posting {draft.id} was booked with other points, and its member is erased")
    # Booked before its member's account was merged, or after it: what counts is for whom it was reported.
    is_anothers = (before.reported_for or kept.member_id) != (draft.reported_for or books.account.member_id)
    different = [*(["member_id"] if is_anothers else []), *differences(before, draft, _TOLD)]
    if different:
        raise ConflictingPosting(f"posting {draft.id} was booked before with another {', '.join(different)}")
    raise AlreadyHandled(draft.id)
