"""stock-facade: `reservation` while it moves from the legacy warehouse to inventory."""

from typing import ClassVar

from contracts import inventory
from contracts.inventory import GetReservation, Reservation
from pbckit.contracts.definitions import Capability, UnitKind
from pbckit.contracts.migration import RoutingChange, operated

UNIT = "stock-facade"
KIND = UnitKind.FACADE


class RoutingChanged(RoutingChange, frozen=True, kw_only=True):
    """Other articles than before are answered by inventory, or others are compared."""

    source: ClassVar[str] = UNIT


class MigrationRolledBack(RoutingChange, frozen=True, kw_only=True):
    """Articles went back to the legacy warehouse."""

    source: ClassVar[str] = UNIT


RESERVATION = Capability(
    unit=UNIT,
    name="reservation",
    request=GetReservation,
    response=Reservation,
    callers=("operations",),
    stands_for=inventory.RESERVATION,
)
MIGRATION, STEER, LIST_MISMATCHES = operated(UNIT)
