"""Capability `list-card-products`."""

from contracts.earning_rates import LIST_CARD_PRODUCTS, CardProducts, ListCardProducts
from lambdas.earning_rates.store import RateStore
from pbckit.runtime.capability import CallContext, capability


@capability(LIST_CARD_PRODUCTS)
def handler(_request: ListCardProducts, call: CallContext) -> CardProducts:
    """All card products, with the currencies that they bill in."""
    return CardProducts(card_products=RateStore(call.runtime).card_products())
