"""Subscription `accept-order`: an order that was placed is recorded."""

import msgspec

from contracts.orders import OrderAccepted
from contracts.storefront import OrderPlaced
from pbckit.runtime.ports import Put
from pbckit.runtime.subscriber import EventContext, Subscriber

handler = Subscriber()


@handler.on(OrderPlaced)
def order_placed(event: OrderPlaced, context: EventContext) -> None:
    """Record the order and publish `OrderAccepted` in one transaction."""
    work = context.unit_of_work()
    key = {"pk": f"order#{event.order_id}", "sk": "order"}
    item = {**key, **msgspec.to_builtins(event)}
    work.add(Put(table=context.runtime.store_table, item=item, read_as=OrderPlaced))
    work.publish(OrderAccepted(order_id=event.order_id, article=event.article, quantity=event.quantity), sequence=1)
    work.commit()
