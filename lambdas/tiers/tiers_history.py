"""Capability `tiers-history`."""

from contracts.tiers import TIERS_HISTORY, GetTiersHistory, TiersHistory
from lambdas.tiers.store import TierStore
from pbckit.runtime.capability import CallContext, capability


@capability(TIERS_HISTORY)
def handler(_request: GetTiersHistory, call: CallContext) -> TiersHistory:
    """Every change of the tiers: who, when, before and after."""
    return TiersHistory(changes=TierStore(call.runtime).audit())
