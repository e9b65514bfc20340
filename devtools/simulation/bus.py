"""EventBridge on a bad day: takes events whole, in part or not at all, and brings them to queues."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from contracts.points_calculation import UNIT as CALCULATION
from devtools.simulation.faults import Decisions, Fault, History
from devtools.simulation.poison import Poison, beside, reusing
from devtools.simulation.queues import Queue
from devtools.simulation.steps import Steps
from pbckit.runtime.ports import BusEntry


class _Metadata(msgspec.Struct, frozen=True):
    event_id: str
    aggregate_id: str
    sequence: int


class _Detail(msgspec.Struct, frozen=True):
    metadata: _Metadata


class Network:
    """The bus itself: which events are on it, and the queues that its rules feed."""

    def __init__(self, decisions: Decisions, history: History) -> None:
        self.routes: dict[tuple[str, str], Queue] = {}
        self.listening: dict[tuple[str, str], Queue] = {}
        """Queues of whoever else subscribes to an event. Nothing strange is put into them."""
        self.taken: set[str] = set()
        """Ids of the events that were taken."""
        self.poison: list[Poison] = []
        """What was put into queues beside the events."""
        self.to_reuse: list[tuple[Queue, Poison]] = []
        """Messages with an id that is handled by the time that they are sent."""
        self._decisions = decisions
        self._history = history

    def take(self, name: str, event_id: str, entry: BusEntry) -> None:
        """Bring an event to whoever subscribes to it."""
        self._history.note(f"on the bus: {name}")
        first = event_id not in self.taken
        self.taken.add(event_id)
        body = delivered(entry)
        if other := self.listening.get((entry.source, entry.detail_type)):
            other.send(f"{name} for another", body)
        queue = self.routes.get((entry.source, entry.detail_type))
        if queue is None:
            return
        queue.send(name, body)
        if first and self._decisions.strikes(Fault.POISON, name):
            one = beside(body, name, self._decisions.share(f"kind of poison beside {name}"))
            self.poison.append(one)
            queue.send(f"poison beside {name}", one.body)
        if first and entry.source == CALCULATION and self._decisions.strikes(Fault.REUSED_ID, name):
            self.to_reuse.append((queue, reusing(body)))


class SimulatedBus:
    """`Bus` as one unit sees it."""

    def __init__(
        self, unit: str, network: Network, steps: Steps, decisions: Decisions, down: Callable[[], bool]
    ) -> None:
        self._unit = unit
        self._network = network
        self._steps = steps
        self._decisions = decisions
        self._down = down

    def put(self, entries: Sequence[BusEntry]) -> list[str | None]:
        """Publish entries; the error of each that was not taken."""
        names = [_named(entry) for entry in entries]
        call = f"{self._unit} publishes {names[0][0]}"
        self._steps.before(call)
        if self._down() or self._decisions.strikes(Fault.BUS_FAILED, call):
            return ["InternalFailure"] * len(entries)
        answers = [self._refusal(name) for name, _ in names]
        for entry, (name, event_id), answer in zip(entries, names, answers, strict=True):
            if answer is None:
                self._network.take(name, event_id, entry)
        if self._decisions.strikes(Fault.BUS_ANSWER_LOST, call):
            return ["RequestTimeout"] * len(entries)
        self._steps.after(call)
        return answers

    def _refusal(self, name: str) -> str | None:
        if self._decisions.strikes(Fault.ENTRY_THROTTLED, name):
            return "ThrottlingException"
        if self._decisions.strikes(Fault.ENTRY_FAILED, name):
            return "InternalException"
        return None


def delivered(entry: BusEntry) -> str:
    """An entry as EventBridge puts it into a queue."""
    event: Mapping[str, Any] = {
        "version": "0",
        "id": "0",
        "detail-type": entry.detail_type,
        "source": entry.source,
        "account": "000000000000",
        "time": entry.time,
        "region": "eu-central-1",
        "resources": [],
        "detail": msgspec.Raw(entry.detail.encode()),
    }
    return msgspec.json.encode(event).decode()


def _named(entry: BusEntry) -> tuple[str, str]:
    metadata = msgspec.json.decode(entry.detail, type=_Detail).metadata
    return f"{entry.detail_type} {metadata.aggregate_id}/{metadata.sequence}", metadata.event_id
