"""The page `Dead letters`."""

import json
from collections.abc import Callable, Iterator, Mapping

from nicegui import ui

from pbckit.cli.client.capabilities import LambdaCapabilities
from pbckit.cli.client.unit_admins import QueueName, UnitAdmins, queue_name
from pbckit.cli.errors import OperatorError
from pbckit.cli.incidents.dead_letters import ACT_COLUMNS, Action, Pace, act_row, go_through, selecting
from pbckit.cli.reports.markup import table
from pbckit.cli.time_options import window
from pbckit.console.controls import button
from pbckit.console.dead_letters.disposal import Disposal
from pbckit.console.job import Job, Stopped
from pbckit.console.observation import Observation
from pbckit.console.pages import Console
from pbckit.contracts.operating import DeadLetter, Record, Selection

PAGE = 50
"""Letters that are shown at first, and that are added by `more`: SQS has no pages, and gives ten at a time."""
MOST = 1000
"""The most letters that one action is done with, unless more are asked for."""
_AUDITED = "1d"


def show(console: Console, wanted: Mapping[str, str]) -> None:
    """Build the page.

    Args:
        console: what the page works with.
        wanted: `queue` and `correlation_id` may be given.
    """
    _DeadLetters(console, wanted)


class _DeadLetters:
    """Queues, the letters of one of them, and what operators did."""

    def __init__(self, console: Console, wanted: Mapping[str, str]) -> None:
        self._console = console
        self._queues = ui.html(sanitize=False)
        self._form = _Form(wanted)
        with ui.row().classes("buttons"):
            button("Look", lambda: self._look(PAGE), main=True)
            button("Redrive …", lambda: self._dispose("redrive"))
            button("Discard …", lambda: self._dispose("discard"))
        self._message = ui.label().props("role=status").classes("state")
        self._letters = ui.element("div").classes("letters")
        self._more = button("More", lambda: self._look(self._shown + PAGE))
        self._more.set_visibility(False)
        self._audit = ui.html(sanitize=False)
        button("Who did what", self._show_audit)
        self._shown = 0
        self._looks = 0
        self._disposal = Disposal(console, self._after)
        self._refresh()
        console.on_change(self._refresh)
        if "queue" in wanted:
            ui.timer(0, lambda: self._look(PAGE), once=True)

    def _refresh(self) -> None:
        depths = dict(_depths(self._console.poller.latest))
        self._queues.set_content(
            table(
                "Dead-letter queues that are not empty", ["queue", "letters"], [(q, n) for q, n in depths.items() if n]
            )
        )
        self._form.offer(list(depths))

    async def _look(self, limit: int) -> None:
        """Show the first letters. Looking takes nothing away; of looks that overlap the last one is shown."""
        self._looks += 1
        look = self._looks
        self._letters.clear()
        try:
            queue, selection = self._form.chosen()
            self._message.set_text("looking …")
            found = await Job(lambda stopped: self._go_through(queue, selection, limit, stopped)).all()
        except OperatorError as error:
            self._message.set_text(str(error))
            return
        if look < self._looks:
            return
        self._shown = limit
        self._message.set_text(f"{queue}: {len(found)} letters{' and perhaps more' if len(found) == limit else ''}")
        self._more.set_visibility(len(found) == limit)
        self._letters.props(f"data-look={look}")
        with self._letters:
            for letter in found:
                _Letter(letter, lambda action, one=letter: self._dispose_of(queue, action, one))

    def _go_through(self, queue: QueueName, selection: Selection, limit: int, stopped: Stopped) -> Iterator[DeadLetter]:
        unit_admins = UnitAdmins(LambdaCapabilities(self._console.connection.session()))
        return go_through(unit_admins, queue, "look", selection, Pace(), limit, stopped)

    async def _dispose(self, action: Action) -> None:
        try:
            queue, selection = self._form.chosen()
        except OperatorError as error:
            self._message.set_text(str(error))
            return
        await self._disposal.open(queue, action, selection, MOST)

    async def _dispose_of(self, queue: QueueName, action: Action, letter: DeadLetter) -> None:
        await self._disposal.open(queue, action, selecting(ids=(letter.id,)), 1)

    async def _after(self) -> None:
        """Letters are gone: show those that are left, and the entry in the audit trail."""
        await self._look(self._shown or PAGE)
        await self._show_audit()

    async def _show_audit(self) -> None:
        def acts(_stopped: Stopped) -> Iterator[Record]:
            return iter(self._console.connection.ask(lambda session: _acts(UnitAdmins(LambdaCapabilities(session)))))

        try:
            records = await Job(acts).all()
        except OperatorError as error:
            self._message.set_text(str(error))
            return
        rows = map(act_row, reversed(records))
        self._audit.set_content(table(f"Acts of operators within {_AUDITED}", ACT_COLUMNS, rows))


def _acts(unit_admins: UnitAdmins) -> list[Record]:
    span = window(_AUDITED)
    return unit_admins.records(unit_admins.units, "act", span.start, span.end)


def _depths(seen: Observation | None) -> Iterator[tuple[str, int]]:
    """Each dead-letter queue with its letters, the fullest first."""
    units = seen.units if seen else {}
    depths = [(f"{unit}/{queue}", n) for unit, view in units.items() for queue, n in view.status.dead_letters.items()]
    yield from sorted(depths, key=lambda pair: (-pair[1], pair[0]))


class _Form:
    """Which letters, as the command's options have it."""

    def __init__(self, wanted: Mapping[str, str]) -> None:
        with ui.row().classes("form"):
            self._queue = ui.select([], label="Queue").classes("broad")
            self._reason = ui.input("Reason has")
            self._source = ui.input("Set aside by")
            self._correlation = ui.input("Correlation id", value=wanted.get("correlation_id", ""))
            self._older = ui.input("Older than", placeholder="15m, 12h, 3d")
            self._newer = ui.input("Newer than", placeholder="15m, 12h, 3d")
        self.offer([wanted["queue"]] if "queue" in wanted else [])

    def offer(self, queues: list[str]) -> None:
        """Let one of these be chosen; what is chosen stays."""
        chosen = self._queue.value or next(iter(queues), None)
        offered = sorted({*queues, *([chosen] if chosen else [])})
        if offered != self._queue.options or chosen != self._queue.value:
            self._queue.set_options(offered, value=chosen)

    def chosen(self) -> tuple[QueueName, Selection]:
        """The queue, and which of its letters.

        Raises:
            OperatorError: no queue is chosen, or what was typed is not an age.
        """
        if not self._queue.value:
            raise OperatorError("choose a queue")
        return queue_name(self._queue.value), selecting(
            reason=self._reason.value or None,
            source=self._source.value or None,
            correlation_id=self._correlation.value or None,
            older_than=self._older.value or None,
            newer_than=self._newer.value or None,
        )


class _Letter:
    """One letter: its line, and all of it when it is opened."""

    def __init__(self, letter: DeadLetter, dispose: Callable[[Action], object]) -> None:
        with ui.element("details"):
            with ui.element("summary"):
                ui.label(f"{letter.set_aside_at:%m-%d %H:%M:%S} · {letter.reason}")
            facts = [
                ("id", letter.id),
                ("set aside at", letter.set_aside_at.isoformat()),
                ("by", letter.source),
                ("attempts", letter.attempts),
                ("correlation id", letter.correlation_id),
                ("reason", letter.reason),
            ]
            ui.html(table(f"Letter {letter.id}", ["what", "value"], facts), sanitize=False)
            ui.label(readable(letter.body)).classes("body").props('tabindex=0 role=region aria-label="Body"')
            with ui.row().classes("buttons"):
                ui.link("Trace", f"/trace?id={letter.correlation_id}")
                button("Redrive this …", lambda: dispose("redrive"))
                button("Discard this …", lambda: dispose("discard"))


def readable(body: str) -> str:
    """JSON with indents; anything else as it is."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body
