"""stock-facade: `reservation` moves from the legacy warehouse to inventory."""

from contracts.legacy_warehouse import STOCK
from contracts.stock_facade import LIST_MISMATCHES, MIGRATION, RESERVATION, STEER, MigrationRolledBack, RoutingChanged
from pbckit.infra.strangler import ControlPlane, LegacyFunction, Strangler


def define(strangler: Strangler) -> None:
    """Asks both, and owns who answers and what differed."""
    strangler.fronts(
        RESERVATION,
        legacy=LegacyFunction(capability=STOCK),
        control_plane=ControlPlane(
            queries=[MIGRATION, LIST_MISMATCHES], command=STEER, events=[RoutingChanged, MigrationRolledBack]
        ),
    )
