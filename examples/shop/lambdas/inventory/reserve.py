"""Subscription `reserve`: the pieces of an accepted order are reserved."""

from contracts.inventory import Reservation
from contracts.orders import OrderAccepted
from pbckit.runtime.ports import Put
from pbckit.runtime.subscriber import EventContext, Subscriber
from pbckit.runtime.unit_of_work import retry_on_conflict

handler = Subscriber()


@handler.on(OrderAccepted)
def order_accepted(event: OrderAccepted, context: EventContext) -> None:
    """Add the pieces. Writers that meet at one article try again."""
    retry_on_conflict(lambda: _reserve(event, context), context.runtime)


def _reserve(event: OrderAccepted, context: EventContext) -> None:
    table, key = context.runtime.store_table, {"pk": f"article#{event.article}", "sk": "reservation"}
    found = context.runtime.tables.get(table, key)
    before = None if found is None else found["reserved"]
    work = context.unit_of_work()
    item = {**key, "article": event.article, "reserved": (before or 0) + event.quantity}
    work.add(Put(table=table, item=item, read_as=Reservation, expect={"reserved": before}))
    work.commit()
