"""Subscription `reserve`: the pieces of an accepted order are reserved."""

from contracts.inventory import Reservation
from contracts.orders import OrderAccepted
from pbckit.runtime.ports import Put
from pbckit.runtime.subscriber import Received, Subscriber
from pbckit.runtime.unit_of_work import until_fresh

handler = Subscriber()


@handler.on(OrderAccepted)
def order_accepted(event: OrderAccepted, received: Received) -> None:
    """Add the pieces. Writers that meet at one article try again."""
    until_fresh(lambda: _reserve(event, received), received.runtime)


def _reserve(event: OrderAccepted, received: Received) -> None:
    table, key = received.runtime.store_table, {"pk": f"article#{event.article}", "sk": "reservation"}
    found = received.runtime.tables.get(table, key)
    before = None if found is None else found["reserved"]
    work = received.unit_of_work()
    item = {**key, "article": event.article, "reserved": (before or 0) + event.quantity}
    work.add(Put(table=table, item=item, read_as=Reservation, expect={"reserved": before}))
    work.commit()
