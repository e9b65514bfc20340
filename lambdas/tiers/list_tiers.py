"""Capability `list-tiers`."""

from contracts.tiers import LIST_TIERS, ListTiers, TierSets
from lambdas.tiers.model import with_ends
from lambdas.tiers.store import TierStore
from pbckit.runtime.capability import CallContext, capability


@capability(LIST_TIERS)
def handler(_request: ListTiers, call: CallContext) -> TierSets:
    """All sets of tiers: past, in force and to come."""
    return TierSets(sets=with_ends(TierStore(call.runtime).sets()))
