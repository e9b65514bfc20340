"""inventory: how many pieces of each article are reserved."""

from typing import Annotated, ClassVar

from msgspec import Meta

from contracts.storefront import Quantity
from pbckit.contracts.definitions import Capability, ContractError, Event, Message, Request
from pbckit.contracts.vocabulary import Identifier, Key

UNIT = "inventory"


class PiecesReleased(Event, frozen=True, kw_only=True):
    """The pieces of an order are not reserved any more."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "order_id"

    order_id: Identifier
    article: Key
    quantity: Quantity


class NotReserved(ContractError):
    """Fewer pieces are reserved than are to be released."""


class GetReservation(Request, frozen=True, kw_only=True):
    article: Key


class Release(Request, frozen=True, kw_only=True):
    order_id: Identifier
    article: Key
    quantity: Quantity


class Reservation(Message, frozen=True, kw_only=True):
    article: Key
    reserved: Annotated[int, Meta(ge=0)]
    """Pieces that accepted orders have reserved."""


RESERVATION = Capability(
    unit=UNIT,
    name="reservation",
    request=GetReservation,
    response=Reservation,
    callers=("operations", "stock-facade"),
)
RELEASE = Capability(
    unit=UNIT,
    name="release",
    request=Release,
    response=Reservation,
    callers=("cancel-order",),
    errors=(NotReserved,),
    changes_state=True,
)
