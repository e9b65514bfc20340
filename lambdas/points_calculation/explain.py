"""Capability `explain`."""

from contracts.points_calculation import EXPLAIN, Calculation, Explain, UnknownPurchase
from lambdas.kit.capability import Asked, capability
from lambdas.points_calculation.store import CalculationStore


@capability(EXPLAIN)
def handler(request: Explain, asked: Asked) -> Calculation:
    """What a purchase earned, line by line."""
    found = CalculationStore(asked.runtime).find(request.purchase_id)
    if found is None:
        raise UnknownPurchase(f"nothing was calculated for purchase {request.purchase_id!r}")
    return found.calculation
