"""Taking points back for what was given back: one place for refunds, matched refunds and chargebacks."""

from typing import Any

import msgspec

from contracts.cards import PurchaseRefunded
from contracts.points_calculation import Adjustment, ConflictingRefund, RefundedPoints
from lambdas.points_calculation.services import adjustments, awards
from lambdas.points_calculation.storage.calculations import CalculationStore
from lambdas.points_calculation.storage.records import Calculated, KeptRefund
from pbckit.runtime.capability import CallContext
from pbckit.runtime.observability import count


def take_back(
    stands: Calculated, refund: PurchaseRefunded, call: CallContext, *, text: str, **came_as: Any
) -> RefundedPoints:
    """Commit a refund of a purchase: what is left of it, and the difference that the ledger is told.

    Args:
        stands: the purchase, which the refund fits.
        refund: what is given back of it.
        call: who asks.
        text: what a member can read.
        came_as: `posted` or `chargeback`, where it came as one of them.

    Raises:
        ConditionFailed: somebody changed the purchase meanwhile.
    """
    store = CalculationStore(call.runtime)
    after = _refunded(stands, refund)
    made = adjustments.adjustment(
        stands, after, reason="refund", text=text, at=call.runtime.clock.now(), refund_id=refund.id
    )
    answer = _answer(refund, made)
    work = call.unit_of_work()
    work.add(store.keep_refund(KeptRefund(refund=refund, answer=answer, **came_as)))
    adjustments.tell(call.runtime, work, after, made)
    work.add(*store.keep(stands, awards.follow(call.runtime, stands, after, work)))
    work.commit()
    return answer


def same(kept: KeptRefund, came: msgspec.Struct, before: msgspec.Struct | None) -> RefundedPoints:
    """The first answer to what came again.

    Args:
        kept: what was kept under its id.
        came: what came now.
        before: what came then, of the same kind; None where it was of another.

    Raises:
        ConflictingRefund: it differs. The message says in what.
    """
    refund = kept.refund
    if before is None:
        raise ConflictingRefund(f"refund {refund.id} came before for purchase {refund.purchase_id}, in another way")
    names = before.__struct_fields__
    different = [name for name in names if getattr(before, name) != getattr(came, name)]
    if different:
        raise ConflictingRefund(f"refund {refund.id} came before with another {', '.join(different)}")
    count("DuplicateRefunds")
    return kept.answer


def _refunded(stands: Calculated, refund: PurchaseRefunded) -> Calculated:
    refunded = stands.calculation.refunded_minor_units + refund.amount.minor_units
    calculation = msgspec.structs.replace(stands.calculation, refunded_minor_units=refunded)
    counted = msgspec.structs.replace(stands, adjustments=stands.adjustments + 1)
    return adjustments.adjusted(counted, calculation)


def _answer(refund: PurchaseRefunded, made: Adjustment) -> RefundedPoints:
    return RefundedPoints(
        refund_id=refund.id,
        purchase_id=refund.purchase_id,
        adjustment_id=made.adjustment_id,
        points=made.points,
        text=made.text,
    )
