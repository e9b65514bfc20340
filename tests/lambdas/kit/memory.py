"""The kernel's ports in memory: the same behaviour as the AWS adapters, held to it by `test_tables.py`.

Nothing here waits or talks: time is simulated, chance is seeded, and the bus and its failures are scripted.
"""

import copy
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from lambdas.kit.ports import (
    BusEntry,
    Check,
    ConditionFailed,
    Delete,
    Item,
    Key,
    Operation,
    Page,
    Put,
    Query,
    Traces,
    TransactionConflict,
    Update,
)
from lambdas.kit.runtime import Runtime
from lambdas.kit.traces import Untraced

STORE = "store"
OUTBOX = "outbox"
BEGIN = datetime(2026, 6, 1, 12, tzinfo=UTC)

_STORED_TYPES = (str, int, bool, type(None))


class InvalidItem(TypeError):
    """A value that DynamoDB does not store as it is, a float for example."""


@dataclass(frozen=True, kw_only=True)
class Schema:
    """Key attributes of a table, and of its indexes: partition key and sort key."""

    partition: str
    sort: str | None = None
    indexes: Mapping[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])

    def key(self, attributes: Mapping[str, Any]) -> Key:
        """The key of an item, or of a key that may hold more."""
        return {name: attributes[name] for name in (self.partition, self.sort) if name is not None}


SCHEMAS = {
    STORE: Schema(partition="pk", sort="sk"),
    OUTBOX: Schema(partition="event_id", indexes={"pending": ("pending", "occurred_at")}),
}


class MemoryTables:
    """`Tables` in memory."""

    def __init__(self, schemas: Mapping[str, Schema] = SCHEMAS) -> None:
        self._schemas = schemas
        self._items: dict[str, dict[tuple[tuple[str, str], ...], Item]] = {table: {} for table in schemas}
        self.conflicts = 0
        """How many of the next transactions meet another writer."""
        self.before_transaction: Callable[[], None] | None = None
        """Called once, before the next transaction: what somebody else does in between."""

    def get(self, table: str, key: Key) -> Item | None:
        """An item, or None."""
        return copy.deepcopy(self._items[table].get(_identity(key)))

    def query(self, query: Query) -> Page:
        """Items in the order of their sort key."""
        found = sorted(self._matching(query), key=lambda item: self._place(query, item), reverse=query.newest_first)
        if query.after is not None:
            start = self._place(query, query.after)
            found = [item for item in found if _beyond(self._place(query, item), start, query)]
        if query.limit is None or len(found) < query.limit:
            return Page(items=copy.deepcopy(found), next=None)
        page = found[: query.limit]
        return Page(items=copy.deepcopy(page), next={name: page[-1][name] for name in self._position(query)})

    def update(self, update: Update) -> None:
        """Change one item."""
        self._require([update])
        self._apply(update)

    def transact(self, operations: Sequence[Operation]) -> None:
        """Do all of it or nothing."""
        if self.before_transaction is not None:
            meanwhile, self.before_transaction = self.before_transaction, None
            meanwhile()
        if self.conflicts:
            self.conflicts -= 1
            raise TransactionConflict("another writer")
        touched = [(operation.table, _identity(self._key(operation))) for operation in operations]
        if len(set(touched)) != len(touched):
            raise ValueError("a transaction may touch an item only once")
        self._require(operations)
        for operation in operations:
            self._apply(operation)

    def all(self, table: str) -> list[Item]:
        """Every item of a table, in the order of writing. For assertions only: no port offers a scan."""
        return copy.deepcopy(list(self._items[table].values()))

    def _matching(self, query: Query) -> list[Item]:
        """Items of the partition; an index holds only those that have both of its keys."""
        names = self._schemas[query.table].indexes[query.index] if query.index else (query.key_name,)
        return [
            item
            for item in self._items[query.table].values()
            if all(name in item for name in names)
            and item[query.key_name] == query.key_value
            and _in_range(item, query)
        ]

    def _position(self, query: Query) -> list[str]:
        """Names of the attributes that say where in a query an item stands."""
        schema = self._schemas[query.table]
        index = schema.indexes[query.index] if query.index else ()
        return [name for name in dict.fromkeys((*index, schema.partition, schema.sort)) if name is not None]

    def _place(self, query: Query, item: Mapping[str, Any]) -> tuple[Any, ...]:
        schema = self._schemas[query.table]
        sort = schema.indexes[query.index][1] if query.index else schema.sort
        return (item[sort] if sort else "", *(item[name] for name in self._position(query)))

    def _key(self, operation: Operation) -> Key:
        return self._schemas[operation.table].key(operation.item if isinstance(operation, Put) else operation.key)

    def _require(self, operations: Sequence[Operation]) -> None:
        failed = [operation for operation in operations if not self._holds(operation)]
        if failed:
            raise ConditionFailed(failed)

    def _holds(self, operation: Operation) -> bool:
        item = self._items[operation.table].get(_identity(self._key(operation)), {})
        return all(item.get(name) == value for name, value in operation.expect.items())

    def _apply(self, operation: Operation) -> None:
        items, key = self._items[operation.table], self._key(operation)
        match operation:
            case Put():
                _require_storable(operation.item)
                items[_identity(key)] = copy.deepcopy(operation.item)
            case Update():
                _require_storable(dict(operation.set))
                item = items.setdefault(_identity(key), {**key})
                item |= copy.deepcopy(dict(operation.set))
                for name in operation.remove:
                    item.pop(name, None)
            case Delete():
                items.pop(_identity(key), None)
            case Check():
                pass


@dataclass(kw_only=True)
class MemoryBus:
    """`Bus` in memory."""

    refuses: Callable[[BusEntry], str | None] = lambda _entry: None
    """The error code with which an entry is refused; None where it is taken."""
    requests: list[list[BusEntry]] = field(default_factory=list[list[BusEntry]])
    taken: list[BusEntry] = field(default_factory=list[BusEntry])

    def put(self, entries: Sequence[BusEntry]) -> list[str | None]:
        """Publish entries."""
        self.requests.append(list(entries))
        answers = [self.refuses(entry) for entry in entries]
        self.taken += [entry for entry, error in zip(entries, answers, strict=True) if error is None]
        return answers


@dataclass(kw_only=True)
class MemoryDeadLetters:
    """`DeadLetters` in memory."""

    sent: list[tuple[str, dict[str, str]]] = field(default_factory=list[tuple[str, dict[str, str]]])

    def send(self, body: str, attributes: Mapping[str, str]) -> None:
        """Put a message aside."""
        self.sent.append((body, dict(attributes)))


@dataclass(kw_only=True)
class MemoryDeliveries:
    """`Deliveries` in memory."""

    postponed: list[tuple[str, int]] = field(default_factory=list[tuple[str, int]])

    def postpone(self, handle: str, seconds: int) -> None:
        """Have a message come again later."""
        self.postponed.append((handle, seconds))


class SimulatedClock:
    """A clock that moves only when somebody waits. Every reading is a millisecond later than the one before."""

    def __init__(self, begin: datetime = BEGIN) -> None:
        self.time = begin
        self.slept: list[float] = []

    def now(self) -> datetime:
        """The simulated time."""
        self.time += timedelta(milliseconds=1)
        return self.time

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.time += timedelta(seconds=seconds)


@dataclass(frozen=True, kw_only=True)
class World:
    """A unit's surroundings in memory, and the runtime that sees them."""

    tables: MemoryTables
    bus: MemoryBus
    dead_letters: MemoryDeadLetters
    deliveries: MemoryDeliveries
    clock: SimulatedClock
    runtime: Runtime

    @property
    def store(self) -> list[Item]:
        """The unit's state, without what it remembers of events."""
        return [item for item in self.tables.all(STORE) if not item["pk"].startswith(("inbox#", "seen#"))]

    @property
    def inbox(self) -> list[Item]:
        """Markers of events that were handled."""
        return [item for item in self.tables.all(STORE) if item["pk"].startswith("inbox#")]

    @property
    def outbox(self) -> list[Item]:
        """Committed events, oldest first."""
        return sorted(self.tables.all(OUTBOX), key=lambda item: item["event_id"])


def world(unit: str = "points-ledger", *, seed: int = 0, traces: Traces | None = None) -> World:
    """A new, empty world."""
    tables, bus, dead_letters, clock = MemoryTables(), MemoryBus(), MemoryDeadLetters(), SimulatedClock()
    deliveries = MemoryDeliveries()
    runtime = Runtime(
        unit=unit,
        tables=tables,
        store_table=STORE,
        outbox_table=OUTBOX,
        bus=bus,
        dead_letters=dead_letters,
        deliveries=deliveries,
        clock=clock,
        random=random.Random(seed),
        traces=traces or Untraced(),
    )
    return World(tables=tables, bus=bus, dead_letters=dead_letters, deliveries=deliveries, clock=clock, runtime=runtime)


def _identity(key: Key) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(key.items()))


def _in_range(item: Item, query: Query) -> bool:
    if query.sort_prefix is not None:
        return item[query.sort_name or ""].startswith(query.sort_prefix)
    if query.sort_at_most is not None:
        return item[query.sort_name or ""] <= query.sort_at_most
    return True


def _beyond(place: tuple[Any, ...], start: tuple[Any, ...], query: Query) -> bool:
    return place < start if query.newest_first else place > start


def _require_storable(value: Any) -> None:
    if isinstance(value, dict):
        for part in value.values():
            _require_storable(part)
    elif isinstance(value, list):
        for part in value:
            _require_storable(part)
    elif not isinstance(value, _STORED_TYPES):
        raise InvalidItem(f"{value!r} cannot be stored")
