"""Capability `list-overrides`."""

from contracts.merchant_categorization import LIST_OVERRIDES, ListMerchantOverrides, MerchantOverrides
from lambdas.merchant_categorization.store import OverrideStore
from pbckit.runtime.capability import CallContext, capability


@capability(LIST_OVERRIDES)
def handler(request: ListMerchantOverrides, call: CallContext) -> MerchantOverrides:
    """Overrides by merchant id, a page at a time."""
    overrides, following = OverrideStore(call.runtime).page(request.limit, request.after)
    return MerchantOverrides(overrides=overrides, next=following)
