"""Capability `hold`."""

from contracts.points_ledger import HOLD, ClosedMember, ConflictingHold, Hold, HoldRefused, PlaceHold
from lambdas.points_ledger.model import booking
from lambdas.points_ledger.model.diff import differences
from lambdas.points_ledger.services.member_ledger import MemberLedger
from lambdas.points_ledger.storage.ledger import Ledger
from lambdas.points_ledger.storage.records import KeptHold, KeptRefusal
from pbckit.contracts.definitions import ContractError
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(HOLD)
def handler(request: PlaceHold, call: CallContext) -> Hold:
    """Set points aside. What is decided for a hold's id is decided once: a refusal too."""
    return retry_on_conflict(lambda: _decided(request, call), call.runtime)


def _decided(request: PlaceHold, call: CallContext) -> Hold:
    before = Ledger(call.runtime).hold(request.hold_id)
    if before is not None:
        return _again(before, request)
    try:
        _hold(request, call)
    except ClosedMember:
        # The member is being erased: nothing is kept of it.
        raise
    except HOLD.errors as refusal:
        _keep(refusal, request, call)
        raise
    return _answer(request)


def _hold(request: PlaceHold, call: CallContext) -> None:
    books = MemberLedger.known(request.member_id, call.runtime, call.cause)
    work = call.unit_of_work()
    books.book(booking.held(books.account, request, books.now), work)
    work.add(books.ledger.keep_hold(None, KeptHold(request=request, revision=1)))
    work.commit()


def _keep(refusal: ContractError, request: PlaceHold, call: CallContext) -> None:
    kept = KeptRefusal(error=type(refusal).__name__, message=str(refusal))
    work = call.unit_of_work()
    ledger = Ledger(call.runtime)
    work.add(ledger.keep_hold(None, KeptHold(request=request, refusal=kept, revision=1)))
    work.add(ledger.list_refused_hold(request.member_id, request.hold_id))
    refused = HoldRefused(
        hold_id=request.hold_id,
        member_id=request.member_id,
        points=request.points,
        error=kept.error,
        message=kept.message,
    )
    work.publish(refused, sequence=1)
    work.commit()


def _again(before: KeptHold, request: PlaceHold) -> Hold:
    different = differences(before.request, request)
    if different:
        raise ConflictingHold(f"hold {request.hold_id} came before with another {', '.join(different)}")
    if before.refusal is not None:
        raise before.refusal.again()
    return _answer(request)


def _answer(request: PlaceHold) -> Hold:
    return Hold(
        hold_id=request.hold_id, member_id=request.member_id, points=request.points, expires_at=request.expires_at
    )
