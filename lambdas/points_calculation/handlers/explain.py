"""Capability `explain`."""

import msgspec

from contracts.points_calculation import EXPLAIN, Calculation, Explain
from lambdas.points_calculation.services.purchases import known_or_refused
from lambdas.points_calculation.storage.calculations import CalculationStore
from pbckit.runtime.capability import CallContext, capability


@capability(EXPLAIN)
def handler(request: Explain, call: CallContext) -> Calculation:
    """What a purchase earns, line by line, and every correction since."""
    store = CalculationStore(call.runtime)
    found = known_or_refused(call.runtime, request.purchase_id)
    # Others may be added between the two reads: points and corrections are of one moment.
    adjustments = store.adjustments(request.purchase_id)[: found.adjustments]
    return msgspec.structs.replace(found.calculation, adjustments=adjustments)
