"""What the logic needs of the world, and the operations on tables as data."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import msgspec

from pbckit.errors import FunctionError

Item = dict[str, Any]
"""A stored item: strings, whole numbers, booleans, None, and lists and mappings of them."""
Key = Mapping[str, str]


class UnreadableRecord(FunctionError):
    """A value that its own reader could not decode. It is refused before it is written."""


class KeyOnly(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An item of which only the key says something: an entry of an index, or a mark."""

    pk: str
    sk: str


@dataclass(frozen=True, kw_only=True)
class Put:
    """Write a whole item, in the place of one that may be there."""

    table: str
    item: Item
    read_as: type[Any]
    """The type by which the item is read back. The item is decoded by it here: what cannot be read is never written."""
    expect: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Attributes and values of the item that is there; None means absent, so `{"pk": None}` expects no item at all."""

    def __post_init__(self) -> None:
        """Decode the item once.

        Raises:
            UnreadableRecord: its reader could not.
        """
        _require_readable(self.item, self.read_as, self.table)


@dataclass(frozen=True, kw_only=True)
class Update:
    """Change attributes of an item; make the item if there is none."""

    table: str
    key: Key
    read_as: type[Any]
    """The type by which the item is read back. Each attribute is decoded here by the field of its name."""
    set: Mapping[str, Any] = field(default_factory=dict[str, Any])
    remove: Sequence[str] = ()
    expect: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Attributes and the values they must have; None means that the attribute must be absent."""

    def __post_init__(self) -> None:
        """Decode the attributes once.

        Raises:
            UnreadableRecord: the reader of the item could not, or does not know one.
        """
        if self.read_as is dict:
            return
        fields = {one.encode_name: one.type for one in msgspec.structs.fields(self.read_as)}
        for name, value in self.set.items():
            if name not in fields:
                raise UnreadableRecord(f"{self.table}: {self.read_as.__name__} has no attribute {name!r}")
            _require_readable(value, fields[name], f"{self.table} {dict(self.key)}: {name}")


@dataclass(frozen=True, kw_only=True)
class Delete:
    """Remove an item."""

    table: str
    key: Key
    expect: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, kw_only=True)
class Check:
    """Fail unless the item's attributes have these values."""

    table: str
    key: Key
    expect: Mapping[str, Any]


Operation = Put | Update | Delete | Check


def _require_readable(value: Any, kind: Any, place: str) -> None:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        name = getattr(kind, "__name__", str(kind))
        raise UnreadableRecord(f"{place}: {str(value)[:80]} cannot be read as {name}: {error}") from error


class ConditionFailed(FunctionError):
    """Conditions of a transaction were not met. Nothing was written."""

    def __init__(self, failed: Sequence[Operation]) -> None:
        super().__init__(f"conditions not met: {', '.join(map(repr, failed))}")
        self.failed = tuple(failed)


class TransactionConflict(FunctionError):
    """Another writer was at one of the items at the same moment. Nothing was written; trying again is right."""


class TransactionTooLarge(FunctionError):
    """More operations, or more bytes, than one transaction or one item can take. Nothing was written."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """Part of a query's answer."""

    items: list[Item]
    next: Key | None
    """Where the next page begins; None on the last one."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """Items of one partition, by sort key."""

    table: str
    key_name: str
    key_value: str
    sort_name: str | None = None
    sort_prefix: str | None = None
    sort_at_most: str | None = None
    index: str | None = None
    newest_first: bool = False
    limit: int | None = None
    after: Key | None = None


@dataclass(frozen=True, kw_only=True)
class Scan:
    """Items of a whole table, in no order that says anything: for tables that hold little."""

    table: str
    having: str
    """Attribute that an item must have."""
    at_most_name: str
    """Attribute, text, that must be there too."""
    at_most: str
    """Its highest value."""
    limit: int
    """How many items are read for a page, whether they fit or not. A page may be empty, and not be the last."""
    after: Key | None = None


class Tables(Protocol):
    """DynamoDB, as far as it is needed. Reads see every write answered before them, except scans and those through an
    index.
    """

    def get(self, table: str, key: Key) -> Item | None:
        """An item, or None."""
        ...

    def query(self, query: Query) -> Page:
        """Items in the order of their sort key."""
        ...

    def scan(self, scan: Scan) -> Page:
        """Items of a whole table. What was written in the last seconds may be missing, or be there still."""
        ...

    def put(self, put: Put) -> None:
        """Write one item, at half of what it costs in a transaction.

        Raises:
            ConditionFailed: an expected value is not there.
            TransactionConflict: a transaction is at the item.
        """
        ...

    def delete(self, delete: Delete) -> None:
        """Remove one item; nothing where there is none.

        Raises:
            ConditionFailed: an expected value is not there.
            TransactionConflict: a transaction is at the item.
        """
        ...

    def transact(self, operations: Sequence[Operation]) -> None:
        """Do all of it or nothing.

        Raises:
            ConditionFailed: a condition is not met.
            TransactionConflict: another writer is at one of the items.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class BusEntry:
    """An event as it is put on the bus."""

    source: str
    detail_type: str
    detail: str
    time: datetime
    trace_header: str | None = None
    resources: tuple[str, ...] = ()


class Bus(Protocol):
    """EventBridge's PutEvents."""

    def put(self, entries: Sequence[BusEntry]) -> list[str | None]:
        """Publish at most ten entries. One answer an entry, in order: None where it was taken, else the error."""
        ...


class DeadLetters(Protocol):
    """The dead-letter queue of a consumer."""

    def send(self, body: str, attributes: Mapping[str, str]) -> None:
        """Put a message aside with what is known of it."""
        ...


class Deliveries(Protocol):
    """The queue that a consumer gets its messages from."""

    def change_visibility(self, handle: str, seconds: int) -> None:
        """Have a message that failed come again after so many seconds instead of the queue's own time."""
        ...


class Traces(Protocol):
    """Distributed tracing."""

    def own(self) -> str | None:
        """Header of the trace that this invocation started in, if any."""
        ...

    def continued(
        self, name: str, header: str | None, annotations: Mapping[str, str]
    ) -> AbstractContextManager[str | None]:
        """Go on with a message's trace for as long as a block lasts; gives the header for what follows from it."""
        ...


class Clock(Protocol):
    """Time, and waiting."""

    def now(self) -> datetime:
        """The time, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Random(Protocol):
    """Chance: for jitter and ids."""

    def uniform(self, a: float, b: float) -> float:
        """A number between two."""
        ...

    def getrandbits(self, k: int, /) -> int:
        """An integer of so many bits."""
        ...
