"""A unit in the simulation: its tables, its outbox with relay and sweeper, and what its functions see."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from devtools.simulation.bus import Network, SimulatedBus
from devtools.simulation.faults import Decisions, History
from devtools.simulation.naive import PublishAfterCommit
from devtools.simulation.queues import MAXIMUM_RECEIVES, DeadLetterQueue
from devtools.simulation.scheduler import Scheduler, SchedulerClock
from devtools.simulation.steps import Steps
from devtools.simulation.streams import Relay, Stream
from devtools.simulation.tables import SimulatedTables, label
from pbckit.runtime import relay, sweeper
from pbckit.runtime.ports import Bus, Item, Operation, Put, Tables
from pbckit.runtime.runtime import Runtime
from pbckit.testing.tables import OUTBOX, STORE, MemoryTables

_SWEEP_SECONDS = 300.0
_TIMEOUT_SECONDS = 60.0
_MARKED = 20


@dataclass(frozen=True)
class Surroundings:
    """What all units share."""

    scheduler: Scheduler
    decisions: Decisions
    history: History
    network: Network
    down: Callable[[str], bool]
    """Whether a unit, or `the bus`, cannot be reached now."""
    naive: bool = False
    """Without outbox and inbox."""


class Unit:
    """One unit. `name` is its key."""

    def __init__(self, name: str, around: Surroundings, *, seed: int) -> None:
        self.name = name
        self.tables = MemoryTables()
        self.dead_letters = DeadLetterQueue(f"{name} dead letters")
        self.committed: dict[str, str] = {}
        """Events that were committed: id and name."""
        self.tables.transact(_of_the_former_release())
        self._around = around
        self.stream = Stream(around.scheduler, around.decisions, Relay(self._relay, self.down))
        steps = Steps(around.scheduler, around.decisions)
        clock = SchedulerClock(around.scheduler)
        bus = SimulatedBus(name, around.network, steps, around.decisions, lambda: around.down("the bus"))
        self._seen = SimulatedTables(name, self.tables, steps, around.decisions, self._commit)
        tables: Tables = PublishAfterCommit(self._seen, bus, clock) if around.naive else self._seen
        self.runtime = self._runtime(tables, bus, clock, seed)
        around.scheduler.after(_SWEEP_SECONDS, self._sweep)

    def down(self) -> bool:
        """Whether its functions cannot be invoked now."""
        return self._around.down(self.name)

    @property
    def pending(self) -> list[Item]:
        """Events that were committed and are still in the outbox."""
        return [item for item in self.tables.all(OUTBOX) if item["event_id"] in self.committed]

    def expire(self) -> None:
        """Delete what may expire."""
        self._seen.expire(int(self._around.scheduler.now().timestamp()))

    def _runtime(self, tables: Tables, bus: Bus, clock: SchedulerClock, seed: int) -> Runtime:
        return Runtime(
            unit=self.name,
            tables=tables,
            store_table=STORE,
            outbox_table=OUTBOX,
            bus=bus,
            dead_letters=self.dead_letters,
            maximum_receives=MAXIMUM_RECEIVES,
            clock=clock,
            random=random.Random(f"{self.name} {seed}"),  # noqa: S311 for jitter and ids, the same each time
        )

    def _commit(self, item: Item) -> None:
        self._around.history.note(f"committed: {label(item)}")
        self.committed[item["event_id"]] = label(item)
        self.stream.append(item)

    def _relay(self, records: Sequence[tuple[str, Item]]) -> str | None:
        return relay.relay(records, self.runtime)

    def _sweep(self) -> None:
        self._around.scheduler.after(_SWEEP_SECONDS, self._sweep)
        if not self.down():
            # A sweep that fails is not tried again; the next one comes.
            self._around.scheduler.invoke(lambda: sweeper.sweep(self.runtime), _TIMEOUT_SECONDS, lambda _ended: None)


def _of_the_former_release() -> list[Operation]:
    """Events that were marked when they were published, and expire in the end: a history begins after an update."""
    marked = {"occurred_at": "2026-01-01T00:00:00.000000+00:00", "dispatched_at": "2026-01-01T00:00:01+00:00"}
    return [Put(table=OUTBOX, item={"event_id": f"former-{n}", **marked}, read_as=dict) for n in range(_MARKED)]
