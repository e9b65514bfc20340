"""Capability `post-hold`."""

from contracts.points_ledger import POST_HOLD, PostHold, Redemption
from lambdas.points_ledger.model import booking
from lambdas.points_ledger.services.open_hold import kept_hold, open_books, refuse_settled
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(POST_HOLD)
def handler(request: PostHold, call: CallContext) -> Redemption:
    """Spend held points. The same request again gets the same answer."""
    return retry_on_conflict(lambda: _post(request, call), call.runtime)


def _post(request: PostHold, call: CallContext) -> Redemption:
    kept = kept_hold(request.hold_id, call)
    points = kept.request.points if request.points is None else request.points
    if kept.redemption is not None and kept.redemption.points == points:
        return kept.redemption
    refuse_settled(kept)
    books = open_books(kept, call)
    spent = booking.spent_parts(request.hold_id, books.account.holds[request.hold_id], points)
    text = f"{points} points spent: {kept.request.reason}"
    work = call.unit_of_work()
    line = books.book(booking.redeemed(books.account, request.hold_id, spent, text, books.now), work)
    answer = Redemption(
        hold_id=request.hold_id,
        member_id=kept.member_id,
        points=points,
        released_points=kept.request.points - points,
        redeemed_at=line.at,
    )
    work.add(books.ledger.keep_hold(kept, kept.changed(redemption=answer, left=spent)))
    work.commit()
    return answer
