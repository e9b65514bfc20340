"""Capability `basis`."""

from contracts.points_calculation import BASIS, Basis, GetBasis
from lambdas.points_calculation.services.purchases import known
from lambdas.points_calculation.storage.calculations import CalculationStore
from pbckit.runtime.capability import CallContext, capability


@capability(BASIS)
def handler(request: GetBasis, call: CallContext) -> Basis:
    """What a calculation rests on, for whoever completes it."""
    return known(CalculationStore(call.runtime), request.purchase_id).basis()
