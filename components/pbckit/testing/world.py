"""The kernel's ports in memory, around the tables of `pbckit.testing.tables`.

Nothing here waits or talks: time is simulated, chance is seeded, and the bus and its failures are scripted.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from pbckit.runtime.ports import BusEntry, Item, Traces
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.traces import Untraced
from pbckit.testing.tables import OUTBOX, STORE, MemoryTables

__all__ = [
    "BEGIN",
    "OUTBOX",
    "STORE",
    "MemoryBus",
    "MemoryDeadLetters",
    "MemoryDeliveries",
    "MemoryTables",
    "SimulatedClock",
    "World",
    "world",
]

BEGIN = datetime(2026, 6, 1, 12, tzinfo=UTC)


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

    def change_visibility(self, handle: str, seconds: int) -> None:
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
        """The unit's state, without what it remembers of events, and how far its jobs are."""
        return [item for item in self.tables.all(STORE) if not item["pk"].startswith(("inbox#", "seen#", "job#"))]

    @property
    def inbox(self) -> list[Item]:
        """Markers of events that were handled."""
        return [item for item in self.tables.all(STORE) if item["pk"].startswith("inbox#")]

    @property
    def outbox(self) -> list[Item]:
        """Committed events, oldest first."""
        return sorted(self.tables.all(OUTBOX), key=lambda item: item["event_id"])


def world(unit: str, *, seed: int = 0, traces: Traces | None = None) -> World:
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
        random=random.Random(seed),  # noqa: S311 the same in every run
        traces=traces or Untraced(),
    )
    return World(tables=tables, bus=bus, dead_letters=dead_letters, deliveries=deliveries, clock=clock, runtime=runtime)
