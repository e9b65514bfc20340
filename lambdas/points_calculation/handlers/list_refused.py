"""Capability `list-refused`."""

from contracts.points_calculation import LIST_REFUSED, ListRefused, RefusedPurchases
from lambdas.points_calculation.storage.calculations import CalculationStore
from lambdas.points_calculation.storage.refusals import RefusalStore
from pbckit.runtime.capability import CallContext, capability


@capability(LIST_REFUSED)
def handler(request: ListRefused, call: CallContext) -> RefusedPurchases:
    """Purchases that were refused and not calculated since, latest first."""
    calculations = CalculationStore(call.runtime)
    standing = (one for one in RefusalStore(call.runtime).all() if calculations.find(one.purchase.id) is None)
    return RefusedPurchases(refused=[one for one, _ in zip(standing, range(request.limit), strict=False)])
