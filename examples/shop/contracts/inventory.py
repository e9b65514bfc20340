"""inventory: how many pieces of each article are reserved."""

from typing import Annotated

from msgspec import Meta

from pbckit.contracts.definitions import Capability, Message, Request
from pbckit.contracts.vocabulary import Key

UNIT = "inventory"


class GetReservation(Request, frozen=True, kw_only=True):
    article: Key


class Reservation(Message, frozen=True, kw_only=True):
    article: Key
    reserved: Annotated[int, Meta(ge=0)]
    """Pieces that accepted orders have reserved."""


RESERVATION = Capability(
    unit=UNIT, name="reservation", request=GetReservation, response=Reservation, callers=("operations",)
)
