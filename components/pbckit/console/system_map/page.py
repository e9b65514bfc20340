"""The page `Map`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from nicegui import ui

from pbckit.cli.reports.markup import table
from pbckit.cli.topology import Topology
from pbckit.console.observation import Observation
from pbckit.console.pages import Console
from pbckit.console.system_map.edges import CELL_HEIGHT, CELL_WIDTH, drawing
from pbckit.console.system_map.figures import Card, Traffic, card, traffic
from pbckit.console.system_map.layout import Place, size
from pbckit.console.system_map.positions import APART, positions
from pbckit.contracts import catalogue


def show(console: Console, _wanted: Mapping[str, str]) -> None:
    """Build the page: the picture anew when the program has been read, the figures after each look."""
    area = ui.element("div")
    drawn: list[_Map] = []

    def refresh() -> None:
        if not drawn or drawn[-1].topology is not console.topology:
            area.clear()
            with area:
                drawn[:] = [_Map(console.topology)]
        drawn[-1].refresh(console.poller.latest)

    refresh()
    console.on_change(refresh)


class _Map:
    """The picture and the tables of one topology."""

    def __init__(self, read: Topology | None) -> None:
        self.topology = read
        found = read or _from_contracts()
        self._apart = [unit for unit, kind in found.kinds.items() if kind in APART]
        self._shown = replace(found, calls=[edge for edge in found.calls if edge.source not in self._apart])
        with ui.element("div").classes("wide picture").props('tabindex=0 role=region aria-label="Map of the units"'):
            self._lines, self._cards = _picture(self._shown)
        with ui.element("div").classes("apart"):
            self._cards += [_Box(unit, self._shown.kinds[unit], None) for unit in self._apart]
        self._tables = ui.html(sanitize=False)

    def refresh(self, seen: Observation | None) -> None:
        """Show what the last look saw."""
        lines = list(traffic(self._shown, seen))
        if self._lines is not None:
            html, placed = self._lines
            html.set_content(drawing(placed, lines))
        for box in self._cards:
            box.refresh(card(box.node, seen))
        self._tables.set_content(_units_table(self._shown, seen) + _edges_table(lines))


def _from_contracts() -> Topology:
    """What the contracts tell at once, as long as the program is being read: the units, and nothing between them."""
    return Topology(kinds=dict.fromkeys(catalogue.permanent_units(), "Pbc"), events=(), calls=(), resources={})


def _picture(shown: Topology) -> "tuple[tuple[ui.html, Mapping[str, Place]] | None, list[_Box]]":
    placed = positions(shown)
    if not placed:
        ui.label("The program has no units yet.")
        return None, []
    columns, rows = size(placed.values())
    with ui.element("div").classes("map").style(f"width: {columns * CELL_WIDTH}px; height: {rows * CELL_HEIGHT}px"):
        lines = ui.html(sanitize=False).classes("lines")
        in_reading_order = sorted(placed.items(), key=lambda pair: pair[1])
        boxes = [_Box(node, shown.kinds.get(node, "outside"), place) for node, place in in_reading_order]
    return (lines, placed), boxes


class _Box:
    """A unit on the map: a link to its parts. A system outside has none to show."""

    def __init__(self, node: str, kind: str, place: Place | None) -> None:
        self.node = node
        outside = kind == "outside"
        with ui.element("div" if outside else "a").classes(f"unit {kind.lower()}") as self._box:
            ui.label(node).classes("name")
            self._flow = ui.label(kind.lower())
            self._marks = ui.label().classes("marks")
        if not outside:
            self._box.props(f'href="/units/{node}"')
        if place is not None:
            self._box.style(f"left: {place.column * CELL_WIDTH}px; top: {place.row * CELL_HEIGHT}px")

    def refresh(self, found: Card) -> None:
        """Show what is known now."""
        self._box.classes(remove="healthy wrong silent unknown", add=found.state)
        if found.flow:
            self._flow.set_text(found.flow)
        self._marks.set_text(found.marks)


def _units_table(shown: Topology, seen: Observation | None) -> str:
    columns = ["unit", "kind", "state", "in a minute", "out a minute", "waiting", "pending", "oldest pending"]
    columns += ["dead letters", "alarms"]
    return table("Units", columns, (_unit_row(unit, kind, seen) for unit, kind in shown.kinds.items()))


def _unit_row(unit: str, kind: str, seen: Observation | None) -> Sequence[object]:
    state = card(unit, seen).state
    view = seen.units.get(unit) if seen else None
    if view is None or seen is None:
        alarms = sum(alarm.unit == unit for alarm in seen.alarms) if seen and not seen.problem else ""
        return [unit, kind.lower(), state, *[""] * 6, alarms]
    status, oldest = view.status, view.status.oldest_pending_seconds
    return [
        unit,
        kind.lower(),
        state,
        sum(view.flow.taken.values()),
        sum(view.flow.published.values()),
        sum(status.queues.values()),
        status.pending_events,
        "" if oldest is None else f"{oldest:.0f} s",
        sum(status.dead_letters.values()),
        len(status.alarms),
    ]


def _edges_table(lines: Sequence[Traffic]) -> str:
    return table("Between units", ["from", "to", "what", "names", "a minute"], _edge_rows(lines))


def _edge_rows(lines: Sequence[Traffic]) -> Iterator[Sequence[object]]:
    for line in sorted(lines, key=lambda line: (line.kind != "event", line.edge)):
        rate = "" if line.per_minute is None else line.per_minute
        yield [line.edge.source, line.edge.target, f"{line.kind}s", ", ".join(line.edge.names), rate]
