"""Capability `differences`."""

from contracts.points_calculation import DIFFERENCES, Differences, ListDifferences
from lambdas.points_calculation.services.reconciliation import differences
from pbckit.runtime.capability import Asked, capability


@capability(DIFFERENCES)
def handler(request: ListDifferences, asked: Asked) -> Differences:
    """Postings that are not what the ledger was told."""
    return Differences(differences=differences(asked.runtime, request.limit)[: request.limit])
