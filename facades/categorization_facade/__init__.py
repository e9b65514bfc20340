"""categorization-facade: `categorize` moves from the legacy system to merchant-categorization. See README.md."""

from contracts.categorization_facade import (
    CATEGORIZE,
    LIST_MISMATCHES,
    MIGRATION,
    STEER,
    MigrationRolledBack,
    RoutingChanged,
)
from contracts.legacy_rewards import SERVICE
from pbckit.infra.strangler import ControlPlane, LegacyFunction, Strangler


def define(strangler: Strangler) -> None:
    """Asks the monolith's service and merchant-categorization; owns who answers and what differed."""
    strangler.fronts(
        CATEGORIZE,
        legacy=LegacyFunction(capability=SERVICE),
        control_plane=ControlPlane(
            queries=[MIGRATION, LIST_MISMATCHES], command=STEER, events=[RoutingChanged, MigrationRolledBack]
        ),
    )
