"""Redriving and discarding from a page: counted first, then confirmed, then done and reported as by the command."""

from collections.abc import Awaitable, Callable, Mapping

from nicegui import ui

from pbckit.cli.client.capabilities import LambdaCapabilities
from pbckit.cli.client.unit_admins import QueueName, UnitAdmins
from pbckit.cli.errors import OperatorError
from pbckit.cli.incidents.dead_letters import Action, Pace, go_through, meant, outcome
from pbckit.cli.reports.markup import counted
from pbckit.console.controls import button
from pbckit.console.job import Job
from pbckit.console.pages import Console
from pbckit.contracts.operating import Selection

_FOLLOWS: Mapping[Action, str] = {
    "redrive": "They go back to where they came from.",
    "discard": "They are taken away for good. The audit trail keeps that, not what they said.",
}
_COUNT_EVERY_SECONDS = 0.5


class Disposal:
    """A dialog. Nothing is done before the second step is confirmed."""

    def __init__(self, console: Console, after: Callable[[], Awaitable[None]]) -> None:
        """The dialog, closed.

        Args:
            console: what the page works with.
            after: what to do when letters are gone.
        """
        self._console, self._after = console, after
        self._job: Job[object] | None = None
        with ui.dialog().props("persistent aria-labelledby=disposal-title") as self._dialog, ui.card():
            self._title = ui.label().props("id=disposal-title role=heading aria-level=2")
            self._text = ui.label().props("role=status")
            with ui.row().classes("buttons"):
                self._confirm = button("", self._confirmed, main=True)
                self._close = button("Cancel", self._cancel)
            ui.timer(_COUNT_EVERY_SECONDS, self._count)
        self._do: Callable[[], Awaitable[None]] | None = None

    async def open(self, queue: QueueName, action: Action, selection: Selection, limit: int) -> None:
        """Count the letters that are meant, and ask.

        Args:
            queue: whose letters.
            action: redrive or discard.
            selection: which of them.
            limit: at most so many.
        """
        self._title.set_text(f"{action.capitalize()} letters of {queue}")
        self._confirm.set_visibility(False)
        self._close.set_text("Cancel")
        self._dialog.open()
        selected = await self._run(Job(lambda stopped: meant(self._unit_admins(), queue, selection, limit, stopped)))
        if selected is None:
            return
        capped = f", the most at once; {queue} may have more" if selected == limit > 1 else ""
        self._text.set_text(f"Selected: {counted(selected, 'letter')}{capped}. {_FOLLOWS[action]}")
        self._do = lambda: self._dispose(queue, action, selection, selected)
        self._confirm.set_text(f"{action.capitalize()} {counted(selected, 'letter')}")
        self._confirm.set_visibility(selected > 0)

    async def _confirmed(self) -> None:
        if self._do is not None:
            do, self._do = self._do, None  # A second click does nothing.
            await do()

    async def _dispose(self, queue: QueueName, action: Action, selection: Selection, selected: int) -> None:
        self._confirm.set_visibility(False)
        done = await self._run(
            Job(lambda stopped: go_through(self._unit_admins(), queue, action, selection, Pace(), selected, stopped))
        )
        if done is None:
            return
        missing = f"; {selected - done} were not there any more" if done < selected else ""
        self._text.set_text(f"{outcome(queue, action, selected, done)}{missing}")
        self._close.set_text("Close")
        await self._after()

    async def _run(self, job: Job[object]) -> int | None:
        """How much a job went through; None where it failed or was stopped."""
        self._job = job
        self._count()
        try:
            found = await job.number()
        except OperatorError as error:
            self._text.set_text(str(error))
            return None
        finally:
            self._job = None
        return None if job.stopped else found

    def _count(self) -> None:
        if self._job is not None:
            self._text.set_text(f"{counted(self._job.count, 'letter')} so far …")

    def _cancel(self) -> None:
        if self._job is not None:
            self._job.stop()
        self._do = None
        self._dialog.close()

    def _unit_admins(self) -> UnitAdmins:
        return UnitAdmins(LambdaCapabilities(self._console.connection.session()))
