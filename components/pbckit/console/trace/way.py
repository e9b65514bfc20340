"""The lines between units that a message went along, and the map with them."""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from pbckit.cli.incidents.timeline import Hop
from pbckit.cli.reports.markup import counted
from pbckit.cli.topology import Edge, Topology
from pbckit.console.system_map.edges import CELL_HEIGHT, CELL_WIDTH, drawing
from pbckit.console.system_map.figures import Kind, Traffic
from pbckit.console.system_map.layout import Place, size
from pbckit.console.system_map.positions import positions

_TAKES = ("handled", "ran")


def walked(topology: Topology, way: Sequence[Hop]) -> Iterator[tuple[Kind, Edge]]:
    """Each line that a message went along, with the events or capabilities of it that hops tell of.

    An event goes from the unit that published it, or from outside, to each that handled it. A unit notes that it
    answered, not for whom: a call goes from every unit on the way that may ask.
    """
    published = {(hop.unit, hop.name) for hop in way if hop.what == "published"}
    taken = {(hop.unit, hop.name) for hop in way if hop.what in _TAKES}
    answered = {(hop.unit, hop.name) for hop in way if hop.what == "answered"}
    there = {hop.unit for hop in way}
    for edge in topology.events:
        sent = [one for one in edge.names if edge.source not in topology.kinds or (edge.source, one) in published]
        if names := tuple(one for one in sent if (edge.target, one) in taken):
            yield "event", edge._replace(names=names)
    for edge in topology.calls:
        if edge.source in there and (names := tuple(one for one in edge.names if (edge.target, one) in answered)):
            yield "call", edge._replace(names=names)


def way_map(topology: Topology, way: Sequence[Hop]) -> str:
    """The map of the system as HTML: lines of the way stand out, and units say how many hops of it they have."""
    placed = positions(topology)
    if not placed:
        return ""
    lines = list(walked(topology, way))
    ends = {(kind, edge.source, edge.target) for kind, edge in lines}
    passed = {unit for _, edge in lines for unit in (edge.source, edge.target)} | {hop.unit for hop in way}
    kinds: Mapping[Kind, Sequence[Edge]] = {"event": topology.events, "call": topology.calls}
    # A unit has an edge for each of its subscriptions to another; the map has one line for them.
    every = {
        (kind, edge.source, edge.target): Traffic(edge, kind, None) for kind, edges in kinds.items() for edge in edges
    }
    cards = "".join(_card(unit, place, unit in passed, way) for unit, place in sorted(placed.items(), key=_place))
    width, height = size(placed.values())
    return (
        f'<div class="map" style="width:{width * CELL_WIDTH}px;height:{height * CELL_HEIGHT}px">'
        f'<div class="lines">{drawing(placed, every.values(), walked=ends)}</div>{cards}</div>'
    )


def _place(pair: tuple[str, Place]) -> Place:
    return pair[1]


def _card(unit: str, place: Place, passed: bool, way: Sequence[Hop]) -> str:  # noqa: FBT001 whether it stands out
    own = [hop for hop in way if hop.unit == unit]
    state = "wrong" if any(hop.wrong for hop in own) else "passed" if passed else "aside"
    where = f"left:{place.column * CELL_WIDTH}px;top:{place.row * CELL_HEIGHT}px"
    text = f'<div class="name">{escape(unit)}</div><div>{counted(len(own), "hop") if own else ""}</div>'
    if not own:  # A system outside, or a unit that the way leaves aside.
        return f'<div class="unit {state}" style="{where}">{text}</div>'
    return f'<a class="unit {state}" style="{where}" href="/units/{escape(unit)}">{text}</a>'
