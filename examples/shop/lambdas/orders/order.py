"""Capability `order`."""

import msgspec

from contracts.orders import ORDER, GetOrder, Order, UnknownOrder
from pbckit.runtime.capability import CallContext, capability


@capability(ORDER)
def handler(request: GetOrder, call: CallContext) -> Order:
    """An order."""
    key = {"pk": f"order#{request.order_id}", "sk": "order"}
    item = call.runtime.tables.get(call.runtime.store_table, key)
    if item is None:
        raise UnknownOrder(f"there is no order {request.order_id!r}")
    return msgspec.convert(item, Order)
