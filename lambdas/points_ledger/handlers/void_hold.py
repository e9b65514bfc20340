"""Capability `void-hold`."""

from contracts.points_ledger import VOID_HOLD, Release, VoidHold
from lambdas.points_ledger.model import booking
from lambdas.points_ledger.services.open_hold import kept_hold, open_books, refuse_settled
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(VOID_HOLD)
def handler(request: VoidHold, call: CallContext) -> Release:
    """Let held points go. The same request again gets the same answer."""
    return retry_on_conflict(lambda: _void(request, call), call.runtime)


def _void(request: VoidHold, call: CallContext) -> Release:
    kept = kept_hold(request.hold_id, call)
    if kept.release is not None:
        return kept.release
    refuse_settled(kept)
    books = open_books(kept, call)
    work = call.unit_of_work()
    line = books.book(booking.released(books.account, request.hold_id, "voided", books.now), work)
    answer = Release(hold_id=request.hold_id, member_id=kept.member_id, points=kept.request.points, released_at=line.at)
    work.add(books.ledger.keep_hold(kept, kept.changed(release=answer)))
    work.commit()
    return answer
