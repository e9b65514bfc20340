"""The page of one unit: its parts, and what is in each."""

from collections import Counter
from collections.abc import Iterator, Mapping

from nicegui import ui

from pbckit.cli.reports.markup import Link, table
from pbckit.cli.topology import Topology
from pbckit.console.observation import Observation, UnitView
from pbckit.console.pages import Console
from pbckit.contracts import catalogue


def show(console: Console, wanted: Mapping[str, str]) -> None:
    """Build the page."""
    unit = wanted["unit"]
    ui.link("← Map", "/").classes("back")
    with ui.element("h2"):
        ui.label(unit)
    parts = ui.html(sanitize=False).classes("parts")

    def refresh() -> None:
        parts.set_content("".join(_sections(unit, console.topology, console.poller.latest)))

    refresh()
    console.on_change(refresh)


def _sections(unit: str, topology: Topology | None, seen: Observation | None) -> Iterator[str]:
    view = seen.units.get(unit) if seen else None
    if view is not None:
        yield from _live(view)
    if seen is not None:
        alarms = [alarm for alarm in seen.alarms if alarm.unit == unit]
        yield table("Alarms that ring", ["alarm", "meaning"], [(alarm.name, alarm.meaning) for alarm in alarms])
    yield _capabilities(unit, view)
    if topology is not None:
        yield _events(unit, topology, view)
        counts = Counter(topology.resources.get(unit, {})).most_common()
        yield table("AWS resources", ["type", "number"], counts)


def _live(view: UnitView) -> Iterator[str]:
    health = view.health
    yield table(
        "Queues",
        ["queue", "events of", "waiting", "in flight", "delayed"],
        [
            (one.depth.queue, one.source, one.depth.waiting, one.depth.in_flight, one.depth.delayed)
            for one in health.queues
        ],
    )
    letters = [
        (queue, count, Link("look", f"/dead-letters?queue={health.unit}/{queue}") if count else "")
        for queue, count in sorted(view.status.dead_letters.items())
    ]
    yield table("Dead-letter queues", ["queue", "letters", "look"], letters)
    oldest = "" if health.oldest_pending_seconds is None else f"{health.oldest_pending_seconds:.0f} s"
    more = "+" if health.more_pending else ""
    yield table(
        "Outbox", ["outbox", "pending events", "oldest"], [("outbox", f"{health.pending_events}{more}", oldest)]
    )


def _capabilities(unit: str, view: UnitView | None) -> str:
    taken = view.flow.taken if view else {}
    return table(
        "Capabilities",
        ["capability", "callers", "answered a minute"],
        [
            (one.name, ", ".join(one.callers), taken.get(one.name, 0))
            for one in catalogue.capabilities()
            if one.unit == unit
        ],
    )


def _events(unit: str, topology: Topology, view: UnitView | None) -> str:
    rates = view.flow if view else None
    published = [
        (event.detail_type(), "published", "", rates.published.get(event.detail_type(), 0) if rates else "")
        for event in catalogue.events()
        if event.source == unit
    ]
    taken = [
        (name, "consumed", edge.source, rates.taken.get(name, 0) if rates else "")
        for edge in topology.events
        if edge.target == unit
        for name in edge.names
    ]
    return table("Events", ["event", "how", "from", "a minute"], [*published, *taken])
