"""The figures on the map: what each unit's card says, and how much goes along each edge."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from pbckit.cli.reports.markup import counted
from pbckit.cli.topology import Edge, Topology
from pbckit.console.observation import Observation, UnitView

Kind = Literal["event", "call"]


class Card(NamedTuple):
    """What stands on a unit's card."""

    state: Literal["healthy", "wrong", "silent", "unknown"]
    flow: str
    marks: str
    """What waits and what is wrong; nothing where there is neither."""


class Traffic(NamedTuple):
    """An edge with what goes along it."""

    edge: Edge
    kind: Kind
    per_minute: int | None
    """Messages a minute; None where the unit that takes them has not answered, and where it has several callers and
    does not note which of them asked.
    """


def card(unit: str, seen: Observation | None) -> Card:
    """What is known of a unit."""
    if seen is None:
        return Card("unknown", "", "")
    if unit in seen.silent:
        return Card("silent", "", "does not answer")
    view, wrong = seen.units.get(unit), seen.wrong.get(unit)
    marks = ", ".join(_marks(view)) if view else (counted(len(wrong.alarms), "alarm") if wrong else "")
    return Card("wrong" if wrong else "healthy" if view else "unknown", _flow(view) if view else "", marks)


def traffic(topology: Topology, seen: Observation | None) -> Iterator[Traffic]:
    """Every edge with its rate: events at the unit that handles them, calls at the one that answers."""
    callers = Counter((edge.target, name) for edge in topology.calls for name in edge.names)
    for edge in topology.events:
        yield Traffic(edge, "event", _rate(edge.target, edge.names, seen))
    for edge in topology.calls:
        own = [name for name in edge.names if callers[edge.target, name] == 1]
        yield Traffic(edge, "call", _rate(edge.target, own, seen) if own else None)


def _rate(unit: str, names: Sequence[str], seen: Observation | None) -> int | None:
    view = seen.units.get(unit) if seen else None
    return None if view is None else sum(view.flow.taken.get(name, 0) for name in names)


def _flow(view: UnitView) -> str:
    about = "about " if view.flow.estimated else ""
    return f"{about}{sum(view.flow.taken.values())} in, {sum(view.flow.published.values())} out a minute"


def _marks(view: UnitView) -> Iterator[str]:
    status = view.status
    for count, what in (
        (sum(status.dead_letters.values()), "dead letter"),
        (len(status.alarms), "alarm"),
    ):
        if count:
            yield counted(count, what)
    if waiting := sum(status.queues.values()):
        yield f"{waiting} waiting"
    if status.pending_events:
        more = "+" if view.health.more_pending else ""
        yield f"{status.pending_events}{more} pending"
    if status.oldest_pending_seconds is not None:
        yield f"oldest {status.oldest_pending_seconds:.0f} s"
