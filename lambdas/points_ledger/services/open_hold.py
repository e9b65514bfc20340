"""A hold that is to be settled: found open, or refused."""

from contracts.points_ledger import HoldExpired, HoldSettled, UnknownHold
from lambdas.points_ledger.services.member_ledger import MemberLedger
from lambdas.points_ledger.storage.ledger import Ledger
from lambdas.points_ledger.storage.records import KeptHold
from pbckit.runtime.capability import CallContext
from pbckit.runtime.ports import ConditionFailed


def kept_hold(hold_id: str, call: CallContext) -> KeptHold:
    """A hold that was granted, whatever came of it.

    Raises:
        UnknownHold: there is none.
    """
    kept = Ledger(call.runtime).hold(hold_id)
    if kept is None or kept.refusal is not None:
        raise UnknownHold(f"nothing is held under {hold_id!r}")
    return kept


def refuse_settled(kept: KeptHold) -> None:
    """Refuse a hold that was posted or voided.

    Raises:
        HoldSettled: it was.
    """
    if kept.redemption is not None:
        raise HoldSettled(f"hold {kept.request.hold_id} was posted with {kept.redemption.points} points")
    if kept.release is not None:
        raise HoldSettled(f"hold {kept.request.hold_id} was voided")


def open_books(kept: KeptHold, call: CallContext) -> MemberLedger:
    """The books in which an unsettled hold is open.

    Raises:
        HoldExpired: its time is over.
        ConditionFailed: somebody else booked something meanwhile.
    """
    books = MemberLedger.known(kept.member_id, call.runtime, call.cause)
    hold_id = kept.request.hold_id
    if hold_id in books.account.holds:
        return books
    # The account was read after the hold: somebody may have settled it in between.
    if books.ledger.hold(hold_id) != kept:
        raise ConditionFailed([])
    raise HoldExpired(f"hold {hold_id} ended at {kept.request.expires_at.isoformat()}")
