"""A unit's tables in memory: the same behaviour as DynamoDB, held to it by `tests/pbckit/runtime/test_tables.py`."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from pbckit.errors import PbckitError
from pbckit.runtime.ports import (
    Check,
    ConditionFailed,
    Delete,
    Item,
    Key,
    Operation,
    Page,
    Put,
    Query,
    Scan,
    TransactionConflict,
    Update,
)

STORE = "store"
OUTBOX = "outbox"

_STORED_TYPES = (str, int, bool, type(None))


class InvalidItem(PbckitError, TypeError):
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
        self._partitions: dict[tuple[str, Any], dict[tuple[tuple[str, str], ...], Item]] = defaultdict(dict)
        """The same items by table and partition key: a query reads one partition, and so costs as much."""
        self.conflicts = 0
        """How many of the next transactions meet another writer."""
        self.before_transaction: Callable[[], None] | None = None
        """Called once, before the next transaction: what somebody else does in between."""
        self.before_query: Callable[[], None] | None = None
        """The same, before the next query."""

    def get(self, table: str, key: Key) -> Item | None:
        """An item, or None."""
        return _copied(self._items[table].get(_identity(key)))

    def query(self, query: Query) -> Page:
        """Items in the order of their sort key."""
        if self.before_query is not None:
            meanwhile, self.before_query = self.before_query, None
            meanwhile()
        found = sorted(self._matching(query), key=lambda item: self._place(query, item), reverse=query.newest_first)
        if query.after is not None:
            start = self._place(query, query.after)
            found = [item for item in found if _beyond(self._place(query, item), start, query)]
        if query.limit is None or len(found) < query.limit:
            return Page(items=_copied(found), next=None)
        page = found[: query.limit]
        return Page(items=_copied(page), next={name: page[-1][name] for name in self._position(query)})

    def scan(self, scan: Scan) -> Page:
        """Items of a whole table, in the order of their hashed keys: as good as none."""
        schema = self._schemas[scan.table]
        placed = sorted((_scattered(schema.key(item)), item) for item in self._items[scan.table].values())
        start = _scattered(scan.after) if scan.after is not None else ""
        read = [item for place, item in placed if place > start][: scan.limit]
        fitting = [item for item in read if scan.having in item and item.get(scan.at_most_name, "~") <= scan.at_most]
        return Page(items=_copied(fitting), next=schema.key(read[-1]) if len(read) == scan.limit else None)

    def put(self, put: Put) -> None:
        """Write one item."""
        self._require([put])
        self._apply(put)

    def delete(self, delete: Delete) -> None:
        """Remove one item."""
        self._require([delete])
        self._apply(delete)

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
        """Every item of a table, in the order of writing. For assertions only."""
        return _copied(list(self._items[table].values()))

    def _matching(self, query: Query) -> list[Item]:
        """Items of the partition; an index holds only those that have both of its keys."""
        names = self._schemas[query.table].indexes[query.index] if query.index else (query.key_name,)
        by_partition = not query.index and query.key_name == self._schemas[query.table].partition
        items = self._partitions.get((query.table, query.key_value), {}) if by_partition else self._items[query.table]
        return [
            item
            for item in items.values()
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
        identity = _identity(key)
        partition = self._partitions[operation.table, key[self._schemas[operation.table].partition]]
        match operation:
            case Put():
                _require_storable(operation.item)
                items[identity] = partition[identity] = _copied(operation.item)
            case Update():
                _require_storable(dict(operation.set))
                item = partition[identity] = items.setdefault(identity, {**key})
                item |= _copied(dict(operation.set))
                for name in operation.remove:
                    item.pop(name, None)
            case Delete():
                items.pop(identity, None)
                partition.pop(identity, None)
            case Check():
                pass


def _identity(key: Key) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(key.items()))


def _scattered(key: Key) -> str:
    return hashlib.sha256(repr(_identity(key)).encode()).hexdigest()


def _copied(value: Any) -> Any:
    """A copy that shares nothing with the original. `copy.deepcopy` costs ten times this."""
    if isinstance(value, dict):
        return {name: _copied(part) for name, part in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_copied(part) for part in cast("list[Any]", value)]
    return value


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
        for part in cast("dict[str, Any]", value).values():
            _require_storable(part)
    elif isinstance(value, list):
        for part in cast("list[Any]", value):
            _require_storable(part)
    elif not isinstance(value, _STORED_TYPES):
        raise InvalidItem(f"{value!r} cannot be stored")
