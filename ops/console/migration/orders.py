"""Orders to a facade: each is asked about a second time, with its reason, before it is given."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from nicegui import ui

from pbckit.cli.client.capabilities import LambdaCapabilities
from pbckit.cli.migration.command import steer
from pbckit.cli.migration.facade import Facade
from pbckit.cli.migration.terminal import setting_line
from pbckit.console.connection import Connection
from pbckit.console.controls import answered, button
from pbckit.contracts.migration import Advance, Finish, Order, Pause, Resume, RollBack, Start

Target = Literal["last-good", "shadow", "legacy"]


@dataclass(frozen=True, kw_only=True)
class Given:
    """What people chose beside the order itself."""

    plan: str
    automatic: bool
    to: Target


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of order."""

    title: str
    follows: str
    """What happens when it is given."""
    reason: str
    """The reason where people write none: that of the command."""
    make: Callable[[Given], Order]


KINDS: Mapping[str, Kind] = {
    "start": Kind(
        title="Start",
        follows="Legacy answers, and the candidate is compared. No key moves before the next step.",
        reason="begin",
        make=lambda given: Start(plan=given.plan, automatic=given.automatic),
    ),
    "advance": Kind(
        title="Advance",
        follows="The next step is taken, if the evidence allows it: more keys may be answered by the candidate.",
        reason="the evidence is there",
        make=lambda _given: Advance(),
    ),
    "pause": Kind(
        title="Pause",
        follows="No step is taken until it is resumed. The guard goes on watching.",
        reason="wait",
        make=lambda _given: Pause(),
    ),
    "resume": Kind(
        title="Resume",
        follows="The ramp goes on where it stopped. Evidence is collected anew.",
        reason="go on",
        make=lambda _given: Resume(),
    ),
    "rollback": Kind(
        title="Roll back",
        follows="Keys go back to the legacy system, and the ramp stops.",
        reason="rolled back by hand",
        make=lambda given: RollBack(to=given.to),
    ),
    "finish": Kind(
        title="Finish",
        follows="The legacy system is asked no more, not even to compare. This ends the ramp.",
        reason="done",
        make=lambda _given: Finish(),
    ),
}


class Orders:
    """A dialog. Nothing is ordered before its second button."""

    def __init__(self, connection: Connection, of: Facade, after: Callable[[], Awaitable[None]]) -> None:
        """The dialog, closed.

        Args:
            connection: to the stack.
            of: whom the orders go to.
            after: what to do when an order was given.
        """
        self._connection, self._of, self._after = connection, of, after
        self._kind: Kind | None = None
        with ui.dialog().props("persistent aria-labelledby=order-title") as self._dialog, ui.card():
            self._title = ui.label().props("id=order-title role=heading aria-level=2")
            self._text = ui.label().props("role=status")
            self._plan = ui.select([], label="Plan").classes("broad")
            self._automatic = ui.checkbox("The guard takes each step by itself")
            self._to = ui.select(list(get_args(Target)), label="How far", value="last-good").classes("broad")
            self._reason = ui.input("Reason").classes("broad")
            with ui.row().classes("buttons"):
                self._confirm = button("", self._give, main=True)
                self._close = button("Cancel", self._dialog.close)

    def offer(self, plans: list[str]) -> None:
        """The plans that a ramp can follow."""
        if plans != self._plan.options:
            self._plan.set_options(plans, value="standard" if "standard" in plans else next(iter(plans), None))

    def open(self, name: str) -> None:
        """Ask about an order of `KINDS`."""
        self._kind = kind = KINDS[name]
        self._title.set_text(f"{kind.title}: {self._of.unit} of {self._connection.stack}")
        self._text.set_text(kind.follows)
        self._reason.set_value(kind.reason)
        self._confirm.set_text(f"{kind.title} now")
        self._close.set_text("Cancel")
        self._show(name, asking=True)
        self._dialog.open()

    def _show(self, name: str, *, asking: bool) -> None:
        for element, of in ((self._plan, "start"), (self._automatic, "start"), (self._to, "rollback")):
            element.set_visibility(asking and name == of)
        self._reason.set_visibility(asking)
        self._confirm.set_visibility(asking)

    async def _give(self) -> None:
        if self._kind is None:
            return
        kind, self._kind = self._kind, None  # A second click does nothing.
        given = Given(plan=self._plan.value or "", automatic=bool(self._automatic.value), to=self._to.value)
        reason = (self._reason.value or "").strip()
        self._show("", asking=False)
        self._text.set_text("ordering …")
        setting = await answered(
            self._connection,
            lambda session: steer(LambdaCapabilities(session), self._of, kind.make(given), reason),
            self._text,
        )
        if setting is not None:
            self._text.set_text(f"Ordered: {setting_line(setting)}")
        self._close.set_text("Close")
        await self._after()
