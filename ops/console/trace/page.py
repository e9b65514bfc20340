"""The page `Trace` of rewards: as of any program, and a member's purchases with the way to each."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from nicegui import ui

from contracts.points_ledger import StatementLine
from ops.console.trace.purchases import COLUMNS, Purchases, purchases, row, sequence_at
from pbckit.cli.client.capabilities import LambdaCapabilities
from pbckit.cli.client.session import Session
from pbckit.cli.reports.markup import counted, table
from pbckit.console.controls import answered, button
from pbckit.console.pages import Console
from pbckit.console.trace import page as any_program
from pbckit.console.trace.by_time import instant_of


def show(console: Console, wanted: Mapping[str, str]) -> None:
    """Build the page.

    Args:
        console: what the page works with.
        wanted: `id` and `since` of a message may be given, and `member`.
    """
    any_program.show(console, wanted)
    _OfMember(console, wanted)


class _OfMember:
    """A question for a member, and the purchases that answer it."""

    def __init__(self, console: Console, wanted: Mapping[str, str]) -> None:
        self._connection = console.connection
        self._lines: list[StatementLine] = []
        self._member, self._next = "", None
        with ui.element("h2"):
            ui.label("By member")
        with ui.row().classes("form"):
            self._id = ui.input("Member", value=wanted.get("member", "")).on("keydown.enter", self._find)
            self._before = ui.input("Booked before", placeholder="now").on("keydown.enter", self._find)
            button("List purchases", self._find)
        self._message = ui.label().props("role=status")
        self._list = ui.html(sanitize=False)
        self._older = button("Older purchases", self._load_older)
        self._older.set_visibility(False)
        if wanted.get("member"):
            ui.timer(0, self._find, once=True)

    async def _find(self) -> None:
        self._lines, self._next = [], None
        self._member, before = (self._id.value or "").strip(), (self._before.value or "").strip()
        await self._load(lambda session: _first(session, self._member, before))

    async def _load_older(self) -> None:
        await self._load(lambda session: purchases(LambdaCapabilities(session), self._member, self._next))

    async def _load(self, question: Callable[[Session], Purchases]) -> None:
        self._message.set_text("looking …")
        page = await answered(self._connection, question, self._message)
        if page is None:
            return
        self._lines, self._next = [*self._lines, *page.lines], page.before
        more = " and perhaps older ones" if self._next is not None else ""
        self._message.set_text(f"{self._member}: {counted(len(self._lines), 'purchase')}{more}")
        self._list.set_content(table("Purchases", COLUMNS, map(row, self._lines)))
        self._older.set_visibility(self._next is not None)


def _first(session: Session, member_id: str, before: str) -> Purchases:
    """The newest purchases, or those booked before a time."""
    capabilities = LambdaCapabilities(session)
    if not before:
        return purchases(capabilities, member_id, None)
    sequence = sequence_at(capabilities, member_id, instant_of(before, datetime.now(UTC)))
    return Purchases([], None) if sequence is None else purchases(capabilities, member_id, sequence)
