"""Capability `rate`."""

import msgspec

from contracts.earning_rates import RATE, FindRate, NoRate, Rate
from lambdas.earning_rates.model import ANY_CATEGORY, in_effect, ruled
from lambdas.earning_rates.store import RateStore
from pbckit.runtime.capability import CallContext, capability


@capability(RATE)
def handler(request: FindRate, call: CallContext) -> Rate:
    """The rate in effect, the category's or else the card product's for all others, with what the earning rules say."""
    store = RateStore(call.runtime)
    # One after the other: where the category has a rate, the other is not read.
    found = in_effect(
        store.latest(request.card_product, category, request.at) for category in (request.category, ANY_CATEGORY)
    )
    rate = ruled(found, store.latest_rules(request.at), request)
    if rate is None:
        raise NoRate(f"no rate for {request.card_product} at {request.category} on {request.at.isoformat()}")
    product = store.looked_up_card_product(request.card_product)
    return msgspec.structs.replace(rate, billing_currency=product.billing_currency if product else None)
