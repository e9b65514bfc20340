"""Facts from a system outside the program. Name this module, its source and its events after yours."""

from typing import ClassVar

from pbckit.contracts.definitions import Event
from pbckit.contracts.vocabulary import Identifier

SOURCE = "outside"


class ItemNoted(Event, frozen=True, kw_only=True):
    """An item was seen. It can be seen more than once."""

    source: ClassVar[str] = SOURCE
    aggregate: ClassVar[str] = "item_id"

    item_id: Identifier
