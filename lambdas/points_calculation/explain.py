"""Capability `explain`."""

import msgspec

from contracts.points_calculation import EXPLAIN, Calculation, Explain
from lambdas.kit.capability import Asked, capability
from lambdas.points_calculation.purchases import known
from lambdas.points_calculation.store import CalculationStore


@capability(EXPLAIN)
def handler(request: Explain, asked: Asked) -> Calculation:
    """What a purchase earns, line by line, and every correction since."""
    store = CalculationStore(asked.runtime)
    found = known(store, request.purchase_id)
    return msgspec.structs.replace(found.calculation, adjustments=store.adjustments(request.purchase_id))
