"""Capability `override-history`."""

from contracts.merchant_categorization import OVERRIDE_HISTORY, GetOverrideHistory, OverrideHistory
from lambdas.merchant_categorization.store import OverrideStore
from pbckit.runtime.capability import Asked, capability


@capability(OVERRIDE_HISTORY)
def handler(request: GetOverrideHistory, asked: Asked) -> OverrideHistory:
    """Every change of a merchant's override: who, when, why, before and after."""
    return OverrideHistory(changes=OverrideStore(asked.runtime).audit(request.merchant_id))
