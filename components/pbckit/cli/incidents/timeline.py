"""One message's way through the units: its hops with their times, from what functions noted and from trace segments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from pbckit.contracts.decoding import ready
from pbckit.contracts.operating import UNIT_ADMIN, Record

_PAUSE = timedelta(seconds=10)
"""After so long without a hop, what follows gets an axis of its own."""


def is_wrong(outcome: str) -> bool:
    """Whether an outcome, as units note it, is another one than it should be."""
    return outcome.startswith(("failed", "refused")) or outcome == "set aside"


@dataclass(frozen=True, kw_only=True)
class Call:
    """What a function asked of AWS while it handled the message."""

    what: str
    """Service and operation."""
    started: datetime
    ended: datetime


@dataclass(frozen=True, kw_only=True)
class Hop:
    """A stop on the way."""

    unit: str
    what: str
    name: str
    outcome: str
    detail: str | None
    started: datetime
    ended: datetime
    correlation_id: str
    event_id: str | None
    trace_id: str | None
    function: str = ""
    """Whose log has the note of it."""
    request_id: str | None = None
    """Of the function's invocation."""
    calls: tuple[Call, ...] = ()

    @property
    def wrong(self) -> bool:
        """Whether it ended otherwise than it should."""
        return is_wrong(self.outcome)

    @property
    def milliseconds(self) -> float:
        """How long it took. Of an event that was published: from its commit to the bus."""
        return (self.ended - self.started).total_seconds() * 1000


class _Aws(msgspec.Struct, frozen=True):
    operation: str = ""


class Segment(msgspec.Struct, frozen=True):
    """A trace segment as X-Ray takes it, as far as it is needed."""

    id: str
    name: str
    trace_id: str
    start_time: float
    end_time: float = 0.0
    parent_id: str = ""
    aws: _Aws = _Aws()


class Stretch(NamedTuple):
    """Hops without a long pause between them."""

    later: timedelta
    """How long nothing happened before; zero for the first."""
    hops: tuple[Hop, ...]

    @property
    def started(self) -> datetime:
        """When the first hop began."""
        return min(hop.started for hop in self.hops)

    @property
    def ended(self) -> datetime:
        """When the last hop ended."""
        return max(hop.ended for hop in self.hops)


def stretches(way: Sequence[Hop]) -> list[Stretch]:
    """A way cut at its pauses: on one axis, a refund a day later would make everything else a point.

    Args:
        way: hops by the time they began.
    """
    found: list[Stretch] = []
    for hop in way:
        pause = hop.started - found[-1].ended if found else timedelta()
        if found and pause < _PAUSE:
            found[-1] = Stretch(found[-1].later, (*found[-1].hops, hop))
        else:
            found.append(Stretch(pause, (hop,)))
    return found


def correlation_ids(records: Iterable[Record], wanted: str) -> set[str]:
    """Correlation ids under which something is known: such an id, an event's, or that of what an event is about."""
    return {
        record.correlation_id
        for record in records
        if wanted in (record.correlation_id, record.aggregate_id, record.event_id)
    }


def hops(records: Iterable[Record], segments: Sequence[Segment] = ()) -> list[Hop]:
    """The hops that records tell of, by the time they began, with the calls that segments tell of."""
    return sorted(
        (_hop(record, segments) for record in records if record.kind == "hop" and record.name != UNIT_ADMIN),
        key=lambda hop: (hop.started, hop.ended),
    )


def read_segments(path: Path) -> list[Segment]:
    """The segments that a sandbox caught; none where there is no file. A line half written is left out."""
    if not path.exists():
        return []
    return list(_decoded(path.read_text().splitlines()))


def _decoded(lines: Iterable[str]) -> Iterable[Segment]:
    for line in lines:
        try:
            yield msgspec.json.decode(line, type=ready(Segment))
        except msgspec.DecodeError:
            continue


def _hop(record: Record, segments: Sequence[Segment]) -> Hop:
    started = record.started_at or record.at
    return Hop(
        unit=record.unit,
        what=record.what,
        name=record.name,
        outcome=record.outcome,
        detail=record.detail,
        started=started,
        ended=max(record.at, started),
        correlation_id=record.correlation_id,
        event_id=record.event_id,
        trace_id=record.trace_id,
        function=record.function,
        request_id=record.request_id,
        calls=tuple(_calls(record, started, segments)),
    )


def _calls(record: Record, started: datetime, segments: Sequence[Segment]) -> Iterable[Call]:
    """The calls beneath the segment of a hop: the one of its trace and name that lies within its time."""
    names = {f"{record.unit} {record.name}", f"{record.unit} on {record.name}"}
    own = {
        segment.id
        for segment in segments
        if segment.trace_id == record.trace_id
        and segment.name in names
        and started <= _instant(segment.end_time)
        and _instant(segment.start_time) <= record.at
    }
    beneath = sorted((one for one in segments if one.parent_id in own), key=lambda one: one.start_time)
    for one in beneath:
        what = f"{one.name} {one.aws.operation}".strip()
        yield Call(what=what, started=_instant(one.start_time), ended=_instant(one.end_time))


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def as_data(way: Sequence[Hop]) -> list[dict[str, Any]]:
    """The hops as plain data."""
    return [{**msgspec.to_builtins(hop), "milliseconds": round(hop.milliseconds, 3)} for hop in way]
