"""Capability `list-mismatches`."""

from contracts.categorization_facade import LIST_MISMATCHES
from pbckit.contracts.migration import ListMismatches, Mismatches
from pbckit.runtime.capability import Asked, capability
from pbckit.strangler.store import MigrationStore


@capability(LIST_MISMATCHES)
def handler(request: ListMismatches, asked: Asked) -> Mismatches:
    """The newest of each kind of mismatch, a page at a time."""
    mismatches, following = MigrationStore(asked.runtime).mismatches(request.limit, request.after)
    return Mismatches(mismatches=[*mismatches], next=following)
