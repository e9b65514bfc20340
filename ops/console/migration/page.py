"""The page `Migration`: shares, mismatches and times to answer as they are now, and the orders."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

from nicegui import ui

from ops.console.migration.orders import KINDS, Orders
from ops.console.migration.watch import NoFacade, Seen, Watch
from pbckit.cli.errors import OperatorError
from pbckit.cli.migration.facade import facade_of
from pbckit.cli.migration.html_report import sections
from pbckit.cli.migration.terminal import next_step, setting_line
from pbckit.console.controls import button
from pbckit.console.pages import Console

PATH = "/migration"
_STAYS_OPEN = """<script>(() => {
    const open = new Set();
    const name = one => one.closest("figure")?.querySelector("figcaption")?.textContent;
    document.addEventListener("toggle", event => {
        if (name(event.target)) event.target.open ? open.add(name(event.target)) : open.delete(name(event.target));
    }, true);
    new MutationObserver(() => document.querySelectorAll("figure details:not([open])").forEach(one => {
        if (open.has(name(one))) one.open = true;
    })).observe(document.body, {childList: true, subtree: true});
})();</script>"""
"""The table of a chart that somebody has opened stays open when a look draws the chart anew."""


def show(console: Console, wanted: Mapping[str, str]) -> None:
    """Build the page.

    Args:
        console: what the page works with.
        wanted: `facade` may name one, where the program has several.
    """
    try:
        of = facade_of(wanted.get("facade"))
    except OperatorError as error:
        ui.label(str(error)).props("role=status")
        return
    key = f"{PATH}/{of.unit}"
    _Migration(console, console.kept.setdefault(key, Watch(connection=console.connection, of=of)))


class _Migration:
    """How one facade stands."""

    def __init__(self, console: Console, watch: Watch) -> None:
        self._watch = watch
        ui.add_body_html(_STAYS_OPEN)
        self._message = ui.label("looking …").props("role=status").classes("standing")
        self._orders = Orders(console.connection, watch.of, self._refresh)
        self._buttons = ui.row().classes("buttons")
        with self._buttons:
            for name, kind in KINDS.items():
                button(f"{kind.title} …", partial(self._orders.open, name))
        self._buttons.set_visibility(False)
        self._next = ui.label().props("role=status").classes("state")
        self._shown = ui.html(sanitize=False)
        ui.timer(0, self._refresh, once=True)
        console.on_change(self._refresh)

    async def _refresh(self) -> None:
        try:
            seen = await self._watch.look()
        except OperatorError as error:
            self._message.set_text(str(error))
            if isinstance(error, NoFacade):
                self._buttons.set_visibility(False)
            return
        self._draw(seen)

    def _draw(self, seen: Seen) -> None:
        migration = seen.migration
        self._message.set_text(setting_line(migration.now.setting))
        self._next.set_text(" · ".join(line for line, _ in next_step(migration)))
        self._orders.offer(list(migration.plans))
        self._buttons.set_visibility(True)
        self._shown.set_content(sections(migration, seen.mismatches, datetime.now(UTC)))
