"""Capability `list-rates`."""

from contracts.earning_rates import LIST_RATES, ListRates, Rates
from lambdas.earning_rates.model import with_ends
from lambdas.earning_rates.store import RateStore
from pbckit.runtime.capability import CallContext, capability


@capability(LIST_RATES)
def handler(request: ListRates, call: CallContext) -> Rates:
    """All rates with their history, by card product, category and beginning."""
    store = RateStore(call.runtime)
    wanted = [
        (card_product, category)
        for card_product, category in store.rated()
        if request.card_product in (None, card_product) and request.category in (None, category)
    ]
    return Rates(rates=[version for key in wanted for version in with_ends(store.history(*key))])
