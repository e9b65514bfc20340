"""Capability `set-rate`."""

from contracts.earning_rates import SET_RATE, RatesAreFixed, RateVersion, SetRate
from pbckit.runtime.capability import CallContext, capability


@capability(SET_RATE, keeps_state=False)
def handler(request: SetRate, _asked: CallContext) -> RateVersion:
    """Refused: these rates are changed by a deployment."""
    raise RatesAreFixed(
        f"{request.card_product} at {request.category}: rates are in a file that is deployed; change rates.json"
    )
