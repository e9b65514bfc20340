"""Capability `rate`."""

import msgspec

from contracts.earning_rates import RATE, FindRate, NoRate, Rate
from lambdas.earning_rates_file.model import in_effect, ruled
from lambdas.earning_rates_file.rates import CARD_PRODUCTS, RATES, RULES
from pbckit.runtime.capability import CallContext, capability


@capability(RATE, keeps_state=False)
def handler(request: FindRate, _asked: CallContext) -> Rate:
    """The rate in effect: the category's, else the card product's for all others."""
    rate = ruled(_rate(request), RULES, request)
    if rate is None:
        raise NoRate(f"no rate for {request.card_product} at {request.category} on {request.at.isoformat()}")
    product = CARD_PRODUCTS.get(request.card_product)
    return msgspec.structs.replace(rate, billing_currency=product.billing_currency if product else None)


def _rate(request: FindRate) -> Rate | None:
    found = in_effect(RATES, request.card_product, request.category, request.at)
    if found is None:
        return None
    return Rate(
        card_product=found.card_product,
        category=found.category,
        points_per_unit=found.points_per_unit,
        effective_from=found.effective_from,
        points_per_purchase=found.points_per_purchase,
        points_per_member_month=found.points_per_member_month,
    )
