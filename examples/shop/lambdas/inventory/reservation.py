"""Capability `reservation`."""

from contracts.inventory import RESERVATION, GetReservation, Reservation
from pbckit.runtime.capability import CallContext, capability


@capability(RESERVATION)
def handler(request: GetReservation, call: CallContext) -> Reservation:
    """How many pieces of an article are reserved; none of one that nobody has ordered."""
    key = {"pk": f"article#{request.article}", "sk": "reservation"}
    item = call.runtime.tables.get(call.runtime.store_table, key)
    return Reservation(article=request.article, reserved=item["reserved"] if item else 0)
