"""Capability `list-rates`."""

from contracts.earning_rates import LIST_RATES, ListRates, Rates
from lambdas.earning_rates_file.rates import RATES
from pbckit.runtime.capability import CallContext, capability


@capability(LIST_RATES, keeps_state=False)
def handler(request: ListRates, _asked: CallContext) -> Rates:
    """All rates with their history, by card product, category and beginning."""
    return Rates(
        rates=[
            one
            for one in RATES
            if request.card_product in (None, one.card_product) and request.category in (None, one.category)
        ]
    )
