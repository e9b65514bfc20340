"""Capability `rate-history`."""

from contracts.earning_rates import RATE_HISTORY, GetRateHistory, NoRate, RateHistory
from lambdas.earning_rates.store import RateStore
from pbckit.runtime.capability import CallContext, capability


@capability(RATE_HISTORY)
def handler(request: GetRateHistory, call: CallContext) -> RateHistory:
    """Every change of a card product's rates for a category: who, when, before and after."""
    changes = RateStore(call.runtime).audit(request.card_product, request.category)
    if not changes:
        raise NoRate(f"{request.card_product} at {request.category} never had a rate")
    return RateHistory(changes=changes)
