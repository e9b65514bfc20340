"""orders: which orders there are."""

from typing import ClassVar

from contracts.storefront import Quantity
from pbckit.contracts.definitions import Capability, ContractError, Event, Message, Request
from pbckit.contracts.vocabulary import Identifier, Key

UNIT = "orders"


class OrderAccepted(Event, frozen=True, kw_only=True):
    """An order was recorded, and its pieces are to be reserved."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "order_id"

    order_id: Identifier
    article: Key
    quantity: Quantity


class UnknownOrder(ContractError):
    """There is no order of that id."""


class GetOrder(Request, frozen=True, kw_only=True):
    order_id: Identifier


class Order(Message, frozen=True, kw_only=True):
    order_id: Identifier
    article: Key
    quantity: Quantity


ORDER = Capability(
    unit=UNIT,
    name="order",
    request=GetOrder,
    response=Order,
    callers=("cancel-order", "operations"),
    errors=(UnknownOrder,),
)
