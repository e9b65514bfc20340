"""inventory: how many pieces of each article are reserved."""

from contracts.inventory import RELEASE, RESERVATION, PiecesReleased
from contracts.orders import OrderAccepted
from pbckit.infra.pbc import Pbc


def define(pbc: Pbc) -> None:
    """Owns reservations. Orders know nothing of it."""
    reservations = pbc.store()
    outbox = pbc.publishes(PiecesReleased)
    pbc.subscribes(OrderAccepted, handler="reserve", grants=[reservations.write()])
    pbc.exposes(RESERVATION, [reservations.read()])
    pbc.exposes(RELEASE, [reservations.write(), outbox.append()])
