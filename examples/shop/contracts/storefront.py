"""Facts from the storefront, which is outside the program."""

from typing import Annotated, ClassVar

from msgspec import Meta

from pbckit.contracts.definitions import Event
from pbckit.contracts.vocabulary import Identifier, Key

SOURCE = "storefront"
Quantity = Annotated[int, Meta(ge=1, le=1000, description="whole pieces")]


class OrderPlaced(Event, frozen=True, kw_only=True):
    """A customer ordered some pieces of an article."""

    source: ClassVar[str] = SOURCE
    aggregate: ClassVar[str] = "order_id"

    order_id: Identifier
    article: Key
    quantity: Quantity


class OrderCancelled(Event, frozen=True, kw_only=True):
    """A customer does not want an order any more."""

    source: ClassVar[str] = SOURCE
    aggregate: ClassVar[str] = "order_id"

    order_id: Identifier
