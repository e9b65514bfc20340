"""Capability `migration`."""

from contracts.categorization_facade import MIGRATION
from lambdas.categorization_facade.definition import steering
from pbckit.contracts.migration import GetMigration, Migration
from pbckit.runtime.capability import Asked, capability


@capability(MIGRATION)
def handler(request: GetMigration, asked: Asked) -> Migration:
    """How the migration stands: the routing, the evidence, and what the next step needs."""
    return steering().look(asked.runtime, request.history)
