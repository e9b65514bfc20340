"""Capability `charge-back`: the issuer took a purchase back."""

from contracts.cards import PurchaseChargedBack, PurchaseRefunded
from contracts.points_calculation import CHARGE_BACK, ChargeBack, NothingToChargeBack, RefundedPoints
from contracts.vocabulary import Money
from lambdas.points_calculation.model import refunds
from lambdas.points_calculation.services.bounds import bounds
from lambdas.points_calculation.services.purchases import known_or_refused
from lambdas.points_calculation.services.taking_back import same, take_back
from lambdas.points_calculation.storage.calculations import CalculationStore
from lambdas.points_calculation.storage.records import Calculated
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(CHARGE_BACK)
def handler(request: ChargeBack, call: CallContext) -> RefundedPoints:
    """Take back the points of all that is left of a purchase, once."""
    return retry_on_conflict(lambda: _charge_back(request.chargeback, call), call.runtime)


def _charge_back(chargeback: PurchaseChargedBack, call: CallContext) -> RefundedPoints:
    kept = CalculationStore(call.runtime).refund(chargeback.id)
    if kept is not None:
        return same(kept, chargeback, kept.chargeback)
    bounds().require(f"charged_back_at of chargeback {chargeback.id}", chargeback.charged_back_at, call.runtime)
    stands = known_or_refused(call.runtime, chargeback.purchase_id)
    whole = _refund_of_the_rest(chargeback, stands)
    return take_back(stands, whole, call, text=refunds.chargeback_text(chargeback, whole.amount), chargeback=chargeback)


def _refund_of_the_rest(chargeback: PurchaseChargedBack, stands: Calculated) -> PurchaseRefunded:
    purchase = stands.purchase
    left = purchase.amount.minor_units - stands.calculation.refunded_minor_units
    if left == 0:
        raise NothingToChargeBack(f"chargeback {chargeback.id}: all of purchase {purchase.id} was given back before")
    return PurchaseRefunded(
        id=chargeback.id,
        purchase_id=purchase.id,
        amount=Money(minor_units=left, currency=purchase.amount.currency),
        refunded_at=chargeback.charged_back_at,
    )
