"""Capability `categorize`."""

from contracts.merchant_categorization import CATEGORIZE, Categorization, Categorize
from pbckit.runtime.capability import Asked, capability
from lambdas.merchant_categorization import model
from lambdas.merchant_categorization.store import OverrideStore


@capability(CATEGORIZE)
def handler(request: Categorize, asked: Asked) -> Categorization:
    """Which category a merchant belongs to."""
    override = OverrideStore(asked.runtime).find(request.merchant.id)
    return model.categorize(request.merchant.mcc, override)
