"""orders: which orders there are."""

from contracts.orders import ORDER, OrderAccepted
from contracts.storefront import OrderPlaced
from pbckit.infra.pbc import Pbc


def define(pbc: Pbc) -> None:
    """Owns orders."""
    orders = pbc.store()
    outbox = pbc.publishes(OrderAccepted)
    pbc.subscribes(OrderPlaced, handler="accept-order", grants=[orders.write(), outbox.append()])
    pbc.exposes(ORDER, [orders.read()])
