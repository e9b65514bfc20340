"""Capability `set-card-product`."""

from contracts.earning_rates import SET_CARD_PRODUCT, CardProduct, CardProductsAreFixed, SetCardProduct
from pbckit.runtime.capability import CallContext, capability


@capability(SET_CARD_PRODUCT, keeps_state=False)
def handler(request: SetCardProduct, _call: CallContext) -> CardProduct:
    """Refused: these card products are changed by a deployment."""
    raise CardProductsAreFixed(
        f"{request.card_product}: card products are in a file that is deployed; change card_products.json"
    )
