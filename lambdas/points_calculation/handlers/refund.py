"""Capability `refund`."""

from contracts.cards import PurchaseRefunded
from contracts.points_calculation import REFUND, Refund, RefundedPoints
from lambdas.points_calculation.model import refunds
from lambdas.points_calculation.services.bounds import bounds
from lambdas.points_calculation.services.purchases import known_or_refused
from lambdas.points_calculation.services.taking_back import same, take_back
from lambdas.points_calculation.storage.calculations import CalculationStore
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(REFUND)
def handler(request: Refund, call: CallContext) -> RefundedPoints:
    """Take back the points of what was given back, once: the same refund again gets the first answer."""
    return retry_on_conflict(lambda: _refund(request.refund, call), call.runtime)


def _refund(refund: PurchaseRefunded, call: CallContext) -> RefundedPoints:
    kept = CalculationStore(call.runtime).refund(refund.id)
    if kept is not None:
        return same(kept, refund, kept.refund if kept.is_of_a_named_purchase else None)
    bounds().require(f"refunded_at of refund {refund.id}", refund.refunded_at, call.runtime)
    stands = known_or_refused(call.runtime, refund.purchase_id)
    refunds.require_refundable(stands.purchase, stands.calculation.refunded_minor_units, refund)
    return take_back(stands, refund, call, text=refunds.text(refund))
