"""Capability `list-card-products`."""

from contracts.earning_rates import LIST_CARD_PRODUCTS, CardProducts, ListCardProducts
from lambdas.earning_rates_file.rates import CARD_PRODUCTS
from pbckit.runtime.capability import CallContext, capability


@capability(LIST_CARD_PRODUCTS, keeps_state=False)
def handler(_request: ListCardProducts, _call: CallContext) -> CardProducts:
    """All card products, with the currencies that they bill in."""
    return CardProducts(card_products=list(CARD_PRODUCTS.values()))
