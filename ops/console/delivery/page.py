"""The page `Delivery`: the measures of DORA for each unit, and the detector's findings over time."""

from collections.abc import Iterator, Mapping

from nicegui import ui

from ops.console.delivery.reading import Report, read_report
from pbckit.cli.delivery.page import sections, spoken
from pbckit.cli.errors import OperatorError
from pbckit.cli.fitness.command import ACCEPTED_COLUMNS, SMELL_COLUMNS, Findings, accepted_row, smell_row
from pbckit.cli.reports import charts
from pbckit.cli.reports.markup import table
from pbckit.console.controls import button
from pbckit.console.pages import Console

PATH = "/delivery"
_ENVIRONMENT = "prod"


def show(console: Console, wanted: Mapping[str, str]) -> None:
    """Build the page.

    Args:
        console: what the page works with.
        wanted: `history` and `environment` may be given.
    """
    _Delivery(console, wanted)


class _Delivery:
    """What is measured, and what came of it. The last report is kept: measuring takes seconds of a processor."""

    def __init__(self, console: Console, wanted: Mapping[str, str]) -> None:
        self._kept = console.kept
        with ui.row().classes("form"):
            self._history = ui.input("Folder of histories", value=wanted.get("history", "")).classes("broad")
            self._environment = ui.input("Environment", value=wanted.get("environment", _ENVIRONMENT))
            button("Measure", self._measure, main=True)
        ui.label(
            "The folder has STACK.json, what `pulumi stack history --json` wrote. Without it only commits are measured."
        ).classes("state")
        self._message = ui.label().props("role=status")
        self._shown = ui.html(sanitize=False)
        if PATH in self._kept and not wanted:
            self._draw(self._kept[PATH])
        else:
            ui.timer(0, self._measure, once=True)

    async def _measure(self) -> None:
        self._message.set_text("measuring …")
        history, environment = (self._history.value or "").strip(), (self._environment.value or _ENVIRONMENT).strip()
        try:
            self._kept[PATH] = await read_report(history, environment)
        except OperatorError as error:
            self._message.set_text(str(error))
            return
        self._draw(self._kept[PATH])

    def _draw(self, report: Report) -> None:
        delivery = report.delivery
        self._message.set_text(f"Measured: {spoken(delivery.period)}")
        measures = sections(delivery.units, delivery.deployments, delivery.period)
        self._shown.set_content(measures + "".join(_findings(report.fitness)))


def _findings(found: Findings) -> Iterator[str]:
    yield table("Smells", SMELL_COLUMNS, map(smell_row, found.smells))
    yield table("Accepted", ACCEPTED_COLUMNS, map(accepted_row, found.accepted))
    yield table("Accepted, and not found any more", ACCEPTED_COLUMNS, map(accepted_row, found.stale))
    months = [one.month for one in found.trend]
    across = charts.Series(name="touch several units", values=[100 * one.across for one in found.trend])
    yield charts.bars("Commits that touch several units, in percent", "month", months, [across], "%")
    edges = charts.Series(name="edges", values=[one.edges for one in found.trend])
    yield charts.bars("Capabilities and events between units", "month", months, [edges], "")
