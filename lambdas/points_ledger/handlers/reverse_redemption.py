"""Capability `reverse-redemption`."""

from contracts.points_ledger import (
    REVERSE_REDEMPTION,
    ConflictingReversal,
    Reversal,
    ReverseRedemption,
    UnknownRedemption,
)
from lambdas.points_ledger.model import booking
from lambdas.points_ledger.model.diff import differences
from lambdas.points_ledger.model.lots import plus
from lambdas.points_ledger.services.member_ledger import MemberLedger
from lambdas.points_ledger.storage.ledger import Ledger
from lambdas.points_ledger.storage.records import KeptReversal
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(REVERSE_REDEMPTION)
def handler(request: ReverseRedemption, call: CallContext) -> Reversal:
    """Give spent points back to the lots that they came from. The same request again gets the same answer."""
    return retry_on_conflict(lambda: _reversed(request, call), call.runtime)


def _reversed(request: ReverseRedemption, call: CallContext) -> Reversal:
    before = Ledger(call.runtime).reversal(request.reversal_id)
    if before is not None:
        return _again(before, request)
    kept = Ledger(call.runtime).hold(request.hold_id)
    if kept is None or kept.redemption is None:
        raise UnknownRedemption(f"no points were spent under {request.hold_id!r}")
    parts = booking.given_back(request.hold_id, kept.left, request.points)
    books = MemberLedger.following(kept.member_id, call.runtime, call.cause)
    work = call.unit_of_work()
    draft = booking.reversed_(books.account, request.reversal_id, request.hold_id, parts, books.now)
    line = books.book(draft, work)
    answer = Reversal(
        reversal_id=request.reversal_id,
        hold_id=request.hold_id,
        member_id=books.account.member_id,
        points=line.points,
        repaid_points=line.repaid_points,
        reversed_at=line.at,
    )
    work.add(books.ledger.keep_hold(kept, kept.changed(left=plus(kept.left, parts, sign=-1))))
    work.add(books.ledger.keep_reversal(KeptReversal(request=request, answer=answer)))
    work.commit()
    return answer


def _again(before: KeptReversal, request: ReverseRedemption) -> Reversal:
    different = differences(before.request, request)
    if different:
        raise ConflictingReversal(f"reversal {request.reversal_id} came before with another {', '.join(different)}")
    return before.answer
