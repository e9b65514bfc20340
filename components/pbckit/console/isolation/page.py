"""The page `Isolation`: the access matrix as a heat map, each cell with its paths and statements."""

from collections.abc import Awaitable, Callable, Mapping

from nicegui import events, ui

from pbckit.cli.deployment.policy_pack import AccessReport, Verdict, read_verdict
from pbckit.cli.errors import OperatorError
from pbckit.cli.reports.markup import counted
from pbckit.console.controls import button
from pbckit.console.isolation.matrix import explanation, heat_map, legend, matrix, violations_table
from pbckit.console.isolation.reading import read_access
from pbckit.console.pages import Console

PATH = "/isolation"
_LARGEST_BYTES = 20_000_000
_CHOSEN = """event => {
    const cell = event.target.closest("button[data-source]");
    if (cell) emit(cell.dataset.source, cell.dataset.target);
}"""

# The field is emptied at once: a browser says nothing when the file that a field has already is chosen again.
_SENT = """event => {
    runMethod(UPLOAD, "addFiles", [[...event.target.files]]);
    event.target.value = "";
}"""


def show(console: Console, wanted: Mapping[str, str]) -> None:
    """Build the page.

    Args:
        console: what the page works with.
        wanted: `from` and `to` may name the cell that is explained first.
    """
    _Isolation(console, wanted)


class _Isolation:
    """The matrix of one stack, and the cell that is explained."""

    def __init__(self, console: Console, wanted: Mapping[str, str]) -> None:
        self._console = console
        self._report: AccessReport | None = console.kept.get(PATH)
        self._verdict: Verdict | None = None
        self._chosen = (wanted["from"], wanted["to"]) if {"from", "to"} <= wanted.keys() else None
        self._message = ui.label("reading …").props("role=status").classes("state")
        self._map = ui.element("div").on("click", self._choose, js_handler=_CHOSEN)
        with self._map:
            self._table = ui.html(sanitize=False)
        with ui.element("ul").classes("legend"):
            for level, meaning in legend():
                with ui.element("li").classes(level):
                    ui.label(meaning)
        self._explained = ui.html(sanitize=False).props("role=status")
        with ui.row().classes("buttons"):
            button("Read again", self._read)
        with ui.element("h2"):
            ui.label("A preview report, in place")
        ui.label("What `pbc preview --json` has written: its violations are marked in the cells.").classes("state")
        self._upload = _file_field("Preview report", self._compare)
        self._reported = ui.label().props("role=status")
        self._others = ui.html(sanitize=False)
        if self._report is None:
            ui.timer(0, self._read, once=True)
        else:
            self._draw()

    async def _read(self) -> None:
        self._message.set_text("reading …")
        try:
            self._report = self._console.kept[PATH] = await read_access(self._console.connection)
        except OperatorError as error:
            self._message.set_text(f"The access report cannot be read: {error}")
            return
        self._draw()

    async def _compare(self, event: events.UploadEventArguments) -> None:
        try:
            self._verdict = read_verdict(await event.file.read())
        except OperatorError as error:
            self._verdict = None
            self._reported.set_text(f"{event.file.name}: {error}")
        else:
            count = counted(len(self._verdict.violations), "violation")
            self._reported.set_text(f"{event.file.name}: {count} in {self._verdict.subject}")
        self._upload.reset()
        self._draw()

    def _choose(self, event: events.GenericEventArguments) -> None:
        source, target = event.args
        self._chosen = (source, target)
        self._draw()

    def _draw(self) -> None:
        if self._report is None:
            return
        shown = matrix(self._report, self._verdict)
        stack = f"{self._report.project}/{self._report.stack}"
        self._message.set_text(f"{stack}: choose a cell for its paths and the statements that allow them")
        self._table.set_content(heat_map(shown))
        self._explained.set_content(explanation(shown.cell(*self._chosen)) if self._chosen else "")
        others = shown.elsewhere
        self._others.set_content(violations_table("Violations that are not between units", others) if others else "")


def _file_field(label: str, on_upload: Callable[[events.UploadEventArguments], Awaitable[None]]) -> ui.upload:
    """A browser's own field for a file. Quasar's uploader, which cannot be used by keyboard, is hidden behind it."""
    hidden = ui.upload(on_upload=on_upload, auto_upload=True, max_file_size=_LARGEST_BYTES).style("display: none")
    with ui.element("label").classes("file"):
        ui.label(label)
        field = ui.element("input").props("type=file accept=.json,application/json")
    field.on("change", js_handler=_SENT.replace("UPLOAD", str(hidden.id)))
    return hidden
