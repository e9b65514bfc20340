"""Capability `rate-history`."""

from contracts.earning_rates import RATE_HISTORY, GetRateHistory, NoRate, RateChange, RateHistory
from lambdas.earning_rates_file.rates import RATES
from pbckit.runtime.capability import CallContext, capability


@capability(RATE_HISTORY, keeps_state=False)
def handler(request: GetRateHistory, _asked: CallContext) -> RateHistory:
    """When each rate was written, and by whom. What a rate in the file was before it was corrected, git has."""
    found = [one for one in RATES if (one.card_product, one.category) == (request.card_product, request.category)]
    if not found:
        raise NoRate(f"{request.card_product} at {request.category} never had a rate")
    written = sorted(found, key=lambda one: (one.changed_at, one.effective_from))
    return RateHistory(changes=[RateChange(before=None, after=one) for one in written])
