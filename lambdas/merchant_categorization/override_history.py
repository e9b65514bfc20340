"""Capability `override-history`."""

from contracts.merchant_categorization import OVERRIDE_HISTORY, GetOverrideHistory, OverrideHistory
from lambdas.merchant_categorization.store import OverrideStore
from pbckit.runtime.capability import CallContext, capability


@capability(OVERRIDE_HISTORY)
def handler(request: GetOverrideHistory, call: CallContext) -> OverrideHistory:
    """Every change of a merchant's override: who, when, why, before and after."""
    return OverrideHistory(changes=OverrideStore(call.runtime).audit(request.merchant_id))
