"""`pbc migrate`: move a capability out of a legacy system, and back, by the facade in front of it."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Group
from rich.live import Live
from rich.text import Text

from pbckit.cli.client.capabilities import CapabilityClient, capabilities_of, every_page
from pbckit.cli.errors import OperatorError
from pbckit.cli.migration import html_report as migration_report
from pbckit.cli.migration import terminal as migration_view
from pbckit.cli.migration.facade import Facade, facade_of, usual_stack
from pbckit.cli.output import AsJson, out, print_json, print_table, remarks
from pbckit.cli.requests import request_of
from pbckit.contracts.migration import (
    Advance,
    Finish,
    GetMigration,
    ListMismatches,
    Migration,
    Mismatch,
    Order,
    Pause,
    Resume,
    RollBack,
    Setting,
    Start,
    Steer,
)

_LIVE_SECONDS = 2
MOST_HISTORY = 50
"""Routings before the one that holds now that a report goes back."""

Reason = Annotated[str, typer.Option(help="Why; stands in the audit trail.")]

Stack = Annotated[
    str | None, typer.Option("--stack", help="Which stack: by default `migration`, or `local` where there is none.")
]
Of = Annotated[str | None, typer.Option("--facade", help="Key of the facade, where the program has several.")]

app = typer.Typer(no_args_is_help=True, help="Move a capability out of a legacy system, and back.")


@app.command()
def status(
    stack: Stack = None,
    facade: Of = None,
    live: Annotated[bool, typer.Option("--live", help="Go on looking, until interrupted.")] = False,
    as_json: AsJson = False,
) -> None:
    """Who answers, what was observed, and what the next step still needs."""
    capabilities, of = _asked(stack, facade)
    if live:
        _live(capabilities, of)
        return
    migration = capabilities.ask(of.migration, GetMigration())
    if as_json:
        print_json(migration)
    else:
        out.print(migration_view.shown(migration))


@app.command()
def plan(
    name: Annotated[str, typer.Argument(help="The plan.")] = "standard",
    stack: Stack = None,
    facade: Of = None,
    as_json: AsJson = False,
) -> None:
    """The steps of a plan, what each needs, and the limits that turn a ramp back."""
    capabilities, of = _asked(stack, facade)
    plans = capabilities.ask(of.migration, GetMigration()).plans
    if name not in plans:
        raise OperatorError(f"no plan {name!r}; there are {', '.join(sorted(plans))}")
    if as_json:
        print_json(plans[name])
    else:
        out.print(migration_view.plan_shown(name, plans[name]))


@app.command()
def start(
    plan: Annotated[str, typer.Option(help="Which plan to follow.")] = "standard",
    automatic: Annotated[bool, typer.Option("--automatic", help="Let the guard take each step by itself.")] = False,
    reason: Reason = "begin",
    stack: Stack = None,
    facade: Of = None,
    as_json: AsJson = False,
) -> None:
    """Begin a ramp: legacy answers, and the candidate is compared."""
    _steer(request_of(Start, plan=plan, automatic=automatic), reason, stack, facade, as_json=as_json)


@app.command()
def advance(
    reason: Reason = "the evidence is there", stack: Stack = None, facade: Of = None, as_json: AsJson = False
) -> None:
    """Take the next step. Refused, with exit code 1, where the evidence does not allow it."""
    _steer(Advance(), reason, stack, facade, as_json=as_json)


@app.command()
def pause(reason: Reason = "wait", stack: Stack = None, facade: Of = None, as_json: AsJson = False) -> None:
    """Take no step until resumed. The guard goes on watching."""
    _steer(Pause(), reason, stack, facade, as_json=as_json)


@app.command()
def resume(reason: Reason = "go on", stack: Stack = None, facade: Of = None, as_json: AsJson = False) -> None:
    """Go on with a ramp that was paused or rolled back. Evidence is collected anew."""
    _steer(Resume(), reason, stack, facade, as_json=as_json)


@app.command()
def rollback(
    to: Annotated[
        Literal["last-good", "shadow", "legacy"], typer.Option(help="How far: one step, or all of it.")
    ] = "last-good",
    reason: Reason = "rolled back by hand",
    stack: Stack = None,
    facade: Of = None,
    as_json: AsJson = False,
) -> None:
    """Give keys back to the legacy system. The ramp stops."""
    _steer(RollBack(to=to), reason, stack, facade, as_json=as_json)


@app.command()
def finish(reason: Reason = "done", stack: Stack = None, facade: Of = None, as_json: AsJson = False) -> None:
    """End a ramp at its last step: the legacy system is asked no more, not even to compare."""
    _steer(Finish(), reason, stack, facade, as_json=as_json)


@app.command()
def mismatches(stack: Stack = None, facade: Of = None, as_json: AsJson = False) -> None:
    """Answers that differ without a reason: the newest of each kind, with both answers."""
    found = every_mismatch(*_asked(stack, facade))
    if as_json:
        print_json({"mismatches": found})
    else:
        print_table("Mismatches", migration_view.MISMATCH_COLUMNS, map(migration_view.mismatch_row, found))


@app.command()
def report(
    out_file: Annotated[Path, typer.Option("--out", help="HTML file to write.", dir_okay=False)] = Path(
        "migration.html"
    ),
    stack: Stack = None,
    facade: Of = None,
) -> None:
    """Write how the migration went as one HTML page with plots."""
    write_report(*_asked(stack, facade), stack or usual_stack(), out_file)
    remarks.print(f"wrote {out_file}")


def write_report(capabilities: CapabilityClient, of: Facade, stack: str, path: Path) -> None:
    """Write the report.

    Raises:
        OperatorError: the file cannot be written, or the facade cannot be asked.
    """
    migration = capabilities.ask(of.migration, GetMigration(history=MOST_HISTORY))
    page = migration_report.page(stack, migration, every_mismatch(capabilities, of), datetime.now(UTC))
    try:
        path.write_text(page)
    except OSError as error:
        raise OperatorError(f"cannot write {path}: {error.strerror}") from error


def every_mismatch(capabilities: CapabilityClient, of: Facade) -> list[Mismatch]:
    """All kinds of mismatches."""
    pages = every_page(capabilities, of.list_mismatches, ListMismatches(), lambda page: page.next)
    return [mismatch for page in pages for mismatch in page.mismatches]


def steer(capabilities: CapabilityClient, of: Facade, order: Order, reason: str) -> Setting:
    """Give an order; the setting that follows. It stands in the audit trail with who gave it and why.

    Raises:
        Refused: the evidence does not allow it, or it is not possible now.
        OperatorError: the reason is none, or the facade cannot be asked.
    """
    return capabilities.ask(of.steer, request_of(Steer, order=order, reason=reason))


def _asked(stack: str | None, facade: str | None) -> tuple[CapabilityClient, Facade]:
    of = facade_of(facade)
    return capabilities_of(stack or usual_stack()), of


def _steer(order: Order, reason: str, stack: str | None, facade: str | None, *, as_json: bool) -> None:
    setting = steer(*_asked(stack, facade), order, reason)
    if as_json:
        print_json(setting)
    else:
        out.print(migration_view.setting_line(setting))


def _live(capabilities: CapabilityClient, of: Facade) -> None:
    def look() -> Group:
        migration: Migration = capabilities.ask(of.migration, GetMigration(history=5))
        return Group(migration_view.shown(migration), Text(f"{datetime.now(UTC):%H:%M:%S} UTC, Ctrl-C ends"))

    with Live(look(), console=out, auto_refresh=False) as view:
        try:
            while True:
                time.sleep(_LIVE_SECONDS)
                view.update(look(), refresh=True)
        except KeyboardInterrupt:
            return
