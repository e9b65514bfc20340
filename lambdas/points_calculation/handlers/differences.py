"""Capability `differences`."""

from contracts.points_calculation import DIFFERENCES, Differences, ListDifferences
from lambdas.points_calculation.services.reconciliation import differences
from pbckit.runtime.capability import CallContext, capability


@capability(DIFFERENCES)
def handler(request: ListDifferences, call: CallContext) -> Differences:
    """Postings that are not what the ledger was told."""
    return Differences(differences=differences(call.runtime, request.limit)[: request.limit])
