"""The world in memory: the kernel's ports without AWS. `test_tables.py` holds it to DynamoDB's behaviour."""

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
    TransactionConflict,
    TransactionTooLarge,
    Update,
)
from lambdas.kit.runtime import Runtime

KEY_NAMES = {"outbox": ("event_id",)}
LIMIT = 100


@dataclass
class MemoryTables:
    """`Tables` in memory. `conflicts` transactions fail first, as if somebody else were at the items."""

    conflicts: int = 0
    before_transaction: Callable[[], None] | None = None
    tables: dict[str, dict[tuple[str, ...], Item]] = field(default_factory=dict)

    def get(self, table: str, key: Key) -> Item | None:
        return copy.deepcopy(self._table(table).get(self._key(table, key)))

    def query(self, query: Query) -> Page:
        names = self._key_names(query.table)
        sort = query.sort_name or (names[-1] if query.index is None else "occurred_at")
        found = [item for item in self._table(query.table).values() if item.get(query.key_name) == query.key_value]
        found.sort(key=lambda item: item[sort], reverse=query.newest_first)
        if query.sort_prefix is not None:
            found = [item for item in found if item[sort].startswith(query.sort_prefix)]
        if query.sort_at_most is not None:
            found = [item for item in found if item[sort] <= query.sort_at_most]
        if query.after is not None:
            start = query.after[sort]
            found = [item for item in found if (item[sort] < start if query.newest_first else item[sort] > start)]
        page = found[: query.limit]
        more = len(page) < len(found)
        following = {name: page[-1][name] for name in names} if more and page else None
        return Page(items=copy.deepcopy(page), next=following)

    def update(self, update: Update) -> None:
        self._apply([update])

    def transact(self, operations: Sequence[Operation]) -> None:
        if len(operations) > LIMIT:
            raise TransactionTooLarge(str(len(operations)))
        if self.conflicts:
            self.conflicts -= 1
            raise TransactionConflict("somebody else")
        if self.before_transaction is not None:
            interfere, self.before_transaction = self.before_transaction, None
            interfere()
        self._apply(operations)

    def items(self, table: str) -> list[Item]:
        """All items of a table."""
        return list(self._table(table).values())

    def _apply(self, operations: Sequence[Operation]) -> None:
        failed = [operation for operation in operations if not self._holds(operation)]
        if failed:
            raise ConditionFailed(failed)
        for operation in operations:
            table = self._table(operation.table)
            match operation:
                case Put():
                    table[self._key(operation.table, operation.item)] = copy.deepcopy(operation.item)
                case Update():
                    item = table.setdefault(self._key(operation.table, operation.key), dict(operation.key))
                    item |= copy.deepcopy(dict(operation.set))
                    for name in operation.remove:
                        item.pop(name, None)
                case Delete():
                    table.pop(self._key(operation.table, operation.key), None)
                case Check():
                    pass

    def _holds(self, operation: Operation) -> bool:
        key = operation.item if isinstance(operation, Put) else operation.key
        item = self._table(operation.table).get(self._key(operation.table, key), {})
        return all(item.get(name) == value for name, value in operation.expect.items())

    def _table(self, name: str) -> dict[tuple[str, ...], Item]:
        return self.tables.setdefault(name, {})

    def _key(self, table: str, key: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(key[name] for name in self._key_names(table))

    @staticmethod
    def _key_names(table: str) -> tuple[str, ...]:
        return KEY_NAMES.get(table, ("pk", "sk"))


@dataclass
class MemoryBus:
    """`Bus` in memory. `refuse` says which error an entry gets, or None."""

    refuse: Callable[[BusEntry], str | None] = lambda _entry: None
    requests: list[list[BusEntry]] = field(default_factory=list)
    taken: list[BusEntry] = field(default_factory=list)

    def put(self, entries: Sequence[BusEntry]) -> list[str | None]:
        self.requests.append(list(entries))
        answers = [self.refuse(entry) for entry in entries]
        self.taken += [entry for entry, error in zip(entries, answers, strict=True) if error is None]
        return answers


@dataclass
class MemoryDeadLetters:
    """`DeadLetters` in memory."""

    letters: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def send(self, body: str, attributes: Mapping[str, str]) -> None:
        self.letters.append((body, dict(attributes)))


@dataclass
class MemoryClock:
    """A clock that moves only when somebody sleeps."""

    time: datetime = datetime(2026, 6, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


@dataclass(frozen=True)
class MemoryWorld:
    """A runtime in memory, and what lies behind its ports."""

    runtime: Runtime
    tables: MemoryTables
    bus: MemoryBus
    dead_letters: MemoryDeadLetters
    clock: MemoryClock

    @property
    def outbox(self) -> list[Item]:
        """Committed events, oldest first."""
        return sorted(self.tables.items("outbox"), key=lambda item: item["event_id"])


def world(unit: str = "points-ledger") -> MemoryWorld:
    """A fresh world for a unit."""
    tables, bus, letters, clock = MemoryTables(), MemoryBus(), MemoryDeadLetters(), MemoryClock()
    runtime = Runtime(
        unit=unit,
        tables=tables,
        store_table="store",
        outbox_table="outbox",
        bus=bus,
        dead_letters=letters,
        clock=clock,
        random=random.Random(7),
    )
    return MemoryWorld(runtime=runtime, tables=tables, bus=bus, dead_letters=letters, clock=clock)


def call(data: object, correlation_id: str = "correlation", **metadata: object) -> dict[str, object]:
    """A call as Lambda hands it to a capability."""
    return {"metadata": {"correlation_id": correlation_id, "actor": "somebody", **metadata}, "data": data}
