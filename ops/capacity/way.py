"""What one purchase asks of AWS: its way as data, memory and ceilings from the program's graph, units counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

import msgspec

from devtools.units.way import Step as Units
from pbckit.errors import PbckitError
from pbckit.infra.concurrency import STREAM_SHARDS
from pbckit.sandbox.graph import Graph

FILE = Path(__file__).with_name("way.yaml")
_FUNCTION = "aws:lambda/function:Function"
_MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
WHOLE_PROCESSOR_MB = 1769
"""Memory with which Lambda gives a whole processor: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""


class UnknownStep(PbckitError, ValueError):
    """The way names a function or a queue that the program does not have, or leaves a counted one out."""


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A function on the way. The fields are explained in the data file."""

    unit: str
    function: str
    by: Literal["queue", "workflow", "stream"]
    waits: float
    processor: float
    queue: str | None = None
    starts: bool = False
    events: int = 0
    remembers: int = 0

    @property
    def name(self) -> str:
        """As in the function's name on AWS."""
        return f"{self.unit}_{self.function}"


class Relay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How fast a relay is."""

    events_a_second: float


class Outside(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who publishes the purchase, and with how many events."""

    source: str
    events: int


class OneService(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One service with one database that does the same."""

    waits: float
    processor: float
    memory: int
    items: int

    @property
    def seconds(self) -> float:
        """How long it runs."""
        return lasts(self.waits, self.processor, self.memory)


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    measured: date
    relay: Relay
    outside: Outside
    steps: Sequence[Step]
    one_service: OneService


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A function of the way, as the program deploys it."""

    step: Step
    memory: int
    """MB."""
    write: float
    """Write units of a purchase."""
    outbox_write: float
    """Those of them that are the outbox's."""
    read: float
    ceiling: int | None = None
    """How many of its executions its queue runs at once."""
    side_by_side: int = 1
    """Purchases that one execution handles in the time of one: workflows that a starter waits for."""
    batch: int = 1
    """Messages that its queue hands over at once, where so many wait."""
    shards: int | None = None
    """Batches of its stream at once, while the table is new."""

    @property
    def seconds(self) -> float:
        """How long it runs for one purchase."""
        return lasts(self.step.waits, self.step.processor, self.memory)


@dataclass(frozen=True, kw_only=True)
class Way:
    """The whole way."""

    measured: date
    outside: Outside
    relay: Relay
    steps: Sequence[Deployed]
    one_service: OneService


def lasts(waits: float, processor: float, memory: int) -> float:
    """Seconds that a function runs: Lambda gives it processor in proportion to its memory.

    Args:
        waits: seconds in which it computes nothing.
        processor: seconds of a whole processor. No function here computes in two threads at once.
        memory: MB.
    """
    return waits + processor * max(1.0, WHOLE_PROCESSOR_MB / memory)


def way(graph: Graph, counted: Sequence[Units], file: Path = FILE) -> Way:
    """The way of a purchase through a program.

    Args:
        graph: of the stack that the load is for.
        counted: units of DynamoDB, by step.
        file: the way as data.

    Raises:
        UnknownStep: program, data and counted units do not have the same functions.
    """
    given = msgspec.yaml.decode(file.read_bytes(), type=_File)
    units = {f"{one.unit}_{one.function}": one for one in counted}
    prefix = f"{graph.project}-{graph.stack}-"
    mappings = _Mappings(graph, prefix)
    memory = {one.inputs["name"].removeprefix(prefix): one.inputs["memorySize"] for one in graph.by_type(_FUNCTION)}
    steps = [_deployed(step, memory, units.get(step.name), mappings) for step in given.steps]
    left_out = units.keys() - {step.name for step in given.steps}
    if left_out:
        raise UnknownStep(f"{file.name}: {', '.join(sorted(left_out))}: for a purchase too, and not among the steps")
    return Way(
        measured=given.measured,
        outside=given.outside,
        relay=given.relay,
        steps=steps,
        one_service=given.one_service,
    )


def _deployed(step: Step, memory: Mapping[str, int], units: Units | None, mappings: "_Mappings") -> Deployed:
    if step.name not in memory:
        raise UnknownStep(f"{FILE.name}: the program has no function {step.name}")
    queue = mappings.queue(step) if step.by == "queue" else None
    return Deployed(
        step=step,
        memory=memory[step.name],
        write=units.write if units else 0,
        outbox_write=units.outbox_write if units else 0,
        read=units.read if units else 0,
        ceiling=queue["scalingConfig"]["maximumConcurrency"] if queue else None,
        side_by_side=queue["batchSize"] if queue and step.starts else 1,
        batch=queue["batchSize"] if queue else 1,
        shards=mappings.shards(step) if step.by == "stream" else None,
    )


class _Mappings:
    """What queues and streams give to functions."""

    def __init__(self, graph: Graph, prefix: str) -> None:
        found = graph.by_type(_MAPPING)
        queues = [(one.inputs["eventSourceArn"].rsplit(":", 1)[-1].removeprefix(prefix), one.inputs) for one in found]
        self._queues = dict(queues)
        self._streams = {one.name: one.inputs for one in found}

    def queue(self, step: Step) -> Mapping[str, Any]:
        queue = f"{step.unit}_{step.queue}"
        if queue not in self._queues:
            raise UnknownStep(f"{FILE.name}: no queue {queue} feeds a function of the program")
        return self._queues[queue]

    def shards(self, step: Step) -> int:
        stream = f"{step.unit}-outbox-stream"
        if stream not in self._streams:
            raise UnknownStep(f"{FILE.name}: the program has no stream {stream}")
        return STREAM_SHARDS * self._streams[stream].get("parallelizationFactor", 1)
