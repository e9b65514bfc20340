"""The page `Trace`: a message's way across the units."""

from collections.abc import Mapping
from datetime import UTC, datetime

from nicegui import ui

from pbckit.cli.client.capabilities import LambdaCapabilities
from pbckit.cli.client.session import Session
from pbckit.cli.client.unit_admins import UnitAdmins
from pbckit.cli.errors import OperatorError
from pbckit.cli.incidents.timeline import Hop, read_segments
from pbckit.cli.incidents.timeline_html import STYLE, timetable
from pbckit.cli.incidents.trace import trace
from pbckit.cli.reports.markup import counted, table
from pbckit.console.controls import answered, button
from pbckit.console.pages import Console
from pbckit.console.trace.by_time import COLUMNS, Found, between, find, row
from pbckit.console.trace.log import log_of
from pbckit.console.trace.way import walked, way_map
from pbckit.infra.environment import EMBEDDED
from pbckit.sandbox.embedded_aws import connect

PAGE = 50
"""Messages of a time that are shown at first, and that are added at a time."""
_SINCE = "1d"
_RECENTLY = "15m"


def show(console: Console, wanted: Mapping[str, str]) -> None:
    """Build the page.

    Args:
        console: what the page works with.
        wanted: `id` and `since` may be given.
    """
    _Trace(console, wanted)
    _ByTime(console)


class _Trace:
    """A question for one message, and the hops that answer it."""

    def __init__(self, console: Console, wanted: Mapping[str, str]) -> None:
        self._console = console
        ui.add_css(STYLE)
        with ui.row().classes("form"):
            self._id = ui.input("Id", value=wanted.get("id", "")).classes("broad").on("keydown.enter", self._find)
            self._since = ui.input("Within", value=wanted.get("since", _SINCE)).on("keydown.enter", self._find)
            button("Find", self._find, main=True)
        ui.label("An id from outside, a correlation id or an event id.").classes("state")
        self._message = ui.label().props("role=status")
        self._map = ui.html(sanitize=False).classes("wide picture way-map")
        self._map.props('tabindex=0 role=region aria-label="The way on the map"').set_visibility(False)
        self._way = ui.html(sanitize=False).classes("wide trace").props('tabindex=0 role=region aria-label="Hops"')
        self._lines = ui.html(sanitize=False)
        if wanted.get("id"):
            ui.timer(0, self._find, once=True)

    async def _find(self) -> None:
        wanted, since = (self._id.value or "").strip(), (self._since.value or _SINCE).strip()
        self._show([], None)
        self._message.set_text("looking …")
        answer = await answered(
            self._console.connection,
            lambda session: (self._way_of(session, wanted, since), session.names.region),
            self._message,
        )
        if answer is None:
            return
        found, region = answer
        self._message.set_text(f"The way of {wanted}")
        self._show(found, None if self._console.connection.stack in EMBEDDED else region)

    def _show(self, way: list[Hop], region: str | None) -> None:
        topology = self._console.topology
        self._way.set_content(timetable(way, log_of(region)) if way else "")
        self._map.set_visibility(bool(way and topology))
        if not way or topology is None:
            self._map.set_content("")
            self._lines.set_content("")
            return
        self._map.set_content(way_map(topology, way))
        lines = [(edge.source, edge.target, kind, ", ".join(edge.names)) for kind, edge in walked(topology, way)]
        self._lines.set_content(table("Along the way", ["from", "to", "what", "names"], lines))

    def _way_of(self, session: Session, wanted: str, since: str) -> list[Hop]:
        if not wanted:
            raise OperatorError("an id is needed, for example that of an order")
        to = self._console.connection
        segments = read_segments(connect(to.folder).segments_file) if to.stack in EMBEDDED else []
        return trace(UnitAdmins(LambdaCapabilities(session)), wanted, since, segments)


class _ByTime:
    """What came by in a time, each message with the way to its trace."""

    def __init__(self, console: Console) -> None:
        self._connection = console.connection
        self._found = Found([], [], [])
        self._shown = PAGE
        with ui.element("h2"):
            ui.label("By time")
        with ui.row().classes("form"):
            self._from = ui.input("From", value=_RECENTLY).on("keydown.enter", self._find)
            self._until = ui.input("Until", placeholder="now").on("keydown.enter", self._find)
            button("List", self._find)
        ui.label("UTC, such as 2026-07-01T12:00:00Z, or how long ago: 90s, 15m, 12h, 3d.").classes("state")
        self._message = ui.label().props("role=status")
        self._list = ui.html(sanitize=False)
        self._more = button("More messages", self._show_more)
        self._more.set_visibility(False)

    async def _find(self) -> None:
        self._message.set_text("looking …")
        try:
            span = between((self._from.value or "").strip(), (self._until.value or "").strip(), datetime.now(UTC))
        except OperatorError as error:
            self._message.set_text(str(error))
            return
        found = await answered(
            self._connection, lambda session: find(UnitAdmins(LambdaCapabilities(session)), span), self._message
        )
        if found is None:
            return
        self._found, self._shown = found, PAGE
        self._draw()

    def _show_more(self) -> None:
        self._shown += PAGE
        self._draw()

    def _draw(self) -> None:
        found = self._found
        parts = [counted(len(found.messages), "message")]
        if found.more:
            parts.append(f"the newest of {', '.join(found.more)}: a shorter time has the others")
        self._message.set_text("; ".join([*parts, *(f"no answer from {one}" for one in found.silent)]))
        self._list.set_content(table("Messages", COLUMNS, map(row, found.messages[: self._shown])))
        self._more.set_visibility(len(found.messages) > self._shown)
