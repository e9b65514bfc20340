"""legacy-warehouse: the system before inventory, as it was found."""

from pbckit.contracts.definitions import Capability, Message, Request, UnitKind

UNIT = "legacy-warehouse"
KIND = UnitKind.LEGACY


class Sku(Request, frozen=True, kw_only=True):
    sku: str


class Booked(Message, frozen=True, kw_only=True):
    qty: int


STOCK = Capability(unit=UNIT, name="stock", request=Sku, response=Booked, callers=("stock-facade",))
