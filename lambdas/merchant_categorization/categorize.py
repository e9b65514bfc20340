"""Capability `categorize`."""

from contracts.merchant_categorization import CATEGORIZE, Categorization, Categorize
from lambdas.merchant_categorization import model
from lambdas.merchant_categorization.store import OverrideStore
from pbckit.runtime.capability import CallContext, capability


@capability(CATEGORIZE)
def handler(request: Categorize, call: CallContext) -> Categorization:
    """Which category a merchant belongs to."""
    override = OverrideStore(call.runtime).find(request.merchant.id)
    return model.categorize(request.merchant.mcc, override)
