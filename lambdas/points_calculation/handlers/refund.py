"""Capability `refund`."""

import msgspec

from contracts.cards import PurchaseRefunded
from contracts.points_calculation import REFUND, Adjustment, ConflictingRefund, Refund, RefundedPoints
from lambdas.points_calculation.model import refunds
from lambdas.points_calculation.services import adjustments
from lambdas.points_calculation.services.bounds import bounds
from lambdas.points_calculation.services.purchases import known_or_refused
from lambdas.points_calculation.storage.calculations import CalculationStore
from lambdas.points_calculation.storage.confirmations import ConfirmationStore
from lambdas.points_calculation.storage.records import Calculated, KeptRefund
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.observability import count
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(REFUND)
def handler(request: Refund, call: CallContext) -> RefundedPoints:
    """Take back the points of what was given back, once: the same refund again gets the first answer."""
    return retry_on_conflict(lambda: _refund(request.refund, call), call.runtime)


def _refund(refund: PurchaseRefunded, call: CallContext) -> RefundedPoints:
    store = CalculationStore(call.runtime)
    before = store.refund(refund.id)
    if before is not None:
        return _same(before, refund)
    bounds().require(f"refunded_at of refund {refund.id}", refund.refunded_at, call.runtime)
    stands = known_or_refused(call.runtime, refund.purchase_id)
    refunds.require_refundable(stands.purchase, stands.calculation.refunded_minor_units, refund)
    after = _refunded(stands, refund)
    made = adjustments.adjustment(
        stands,
        after,
        reason="refund",
        text=refunds.text(refund),
        at=call.runtime.clock.now(),
        refund_id=refund.id,
    )
    answer = _answer(refund, made)
    work = call.unit_of_work()
    work.add(*store.keep(stands, after), store.keep_adjustment(refund.purchase_id, made))
    work.add(store.keep_refund(KeptRefund(refund=refund, answer=answer)))
    work.add(ConfirmationStore(call.runtime).expected(adjustments.reported(after, made)))
    work.publish(adjustments.event(after, made), sequence=adjustments.sequence(made))
    work.commit()
    return answer


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


def _same(before: KeptRefund, refund: PurchaseRefunded) -> RefundedPoints:
    different = refunds.differences(before.refund, refund)
    if different:
        raise ConflictingRefund(f"refund {refund.id} came before with another {', '.join(different)}")
    count("DuplicateRefunds")
    return before.answer
