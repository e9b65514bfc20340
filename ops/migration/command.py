"""`rewards migrate`: move a capability out of the legacy system, and back."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Group
from rich.live import Live
from rich.text import Text

from contracts.categorization_facade import LIST_MISMATCHES, MIGRATION, STEER
from contracts.legacy_rewards import Usage
from ops.migration.backfill import backfill
from ops.migration.legacy import LegacyFunction
from pbckit.cli.client.capabilities import CapabilityClient, LambdaCapabilities, capabilities_of
from pbckit.cli.client.session import MIGRATION_STACK, open_session
from pbckit.cli.errors import SAID_NO, OperatorError
from pbckit.cli.migration import html_report as migration_report
from pbckit.cli.migration import terminal as migration_view
from pbckit.cli.output import AsJson, Stack, out, print_json, print_table, progress, remarks
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
_MOST_HISTORY = 50
_QUIET = timedelta(hours=24)
_MOMENT = "%Y%m%d%H%M%S"

Reason = Annotated[str, typer.Option(help="Why; stands in the audit trail.")]

app = typer.Typer(no_args_is_help=True, help="Move a capability out of the legacy system, and back.")


@app.command()
def status(
    stack: Stack = MIGRATION_STACK,
    live: Annotated[bool, typer.Option("--live", help="Go on looking, until interrupted.")] = False,
    as_json: AsJson = False,
) -> None:
    """Who answers, what was observed, and what the next step still needs."""
    capabilities = capabilities_of(stack)
    if live:
        _live(capabilities)
        return
    migration = capabilities.ask(MIGRATION, GetMigration())
    if as_json:
        print_json(migration)
    else:
        out.print(migration_view.shown(migration))


@app.command()
def plan(
    name: Annotated[str, typer.Argument(help="The plan.")] = "standard",
    stack: Stack = MIGRATION_STACK,
    as_json: AsJson = False,
) -> None:
    """The steps of a plan, what each needs, and the limits that turn a ramp back."""
    plans = capabilities_of(stack).ask(MIGRATION, GetMigration()).plans
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
    stack: Stack = MIGRATION_STACK,
    as_json: AsJson = False,
) -> None:
    """Begin a ramp: legacy answers, and the candidate is compared."""
    _steer(request_of(Start, plan=plan, automatic=automatic), reason, stack, as_json=as_json)


@app.command()
def advance(reason: Reason = "the evidence is there", stack: Stack = MIGRATION_STACK, as_json: AsJson = False) -> None:
    """Take the next step. Refused, with exit code 1, where the evidence does not allow it."""
    _steer(Advance(), reason, stack, as_json=as_json)


@app.command()
def pause(reason: Reason = "wait", stack: Stack = MIGRATION_STACK, as_json: AsJson = False) -> None:
    """Take no step until resumed. The guard goes on watching."""
    _steer(Pause(), reason, stack, as_json=as_json)


@app.command()
def resume(reason: Reason = "go on", stack: Stack = MIGRATION_STACK, as_json: AsJson = False) -> None:
    """Go on with a ramp that was paused or rolled back. Evidence is collected anew."""
    _steer(Resume(), reason, stack, as_json=as_json)


@app.command()
def rollback(
    to: Annotated[
        Literal["last-good", "shadow", "legacy"], typer.Option(help="How far: one step, or all of it.")
    ] = "last-good",
    reason: Reason = "rolled back by hand",
    stack: Stack = MIGRATION_STACK,
    as_json: AsJson = False,
) -> None:
    """Give keys back to the legacy system. The ramp stops."""
    _steer(RollBack(to=to), reason, stack, as_json=as_json)


@app.command()
def finish(reason: Reason = "done", stack: Stack = MIGRATION_STACK, as_json: AsJson = False) -> None:
    """End a ramp at its last step: the legacy system is asked no more, not even to compare."""
    _steer(Finish(), reason, stack, as_json=as_json)


@app.command()
def mismatches(stack: Stack = MIGRATION_STACK, as_json: AsJson = False) -> None:
    """Answers that differ without a reason: the newest of each kind, with both answers."""
    found = every_mismatch(capabilities_of(stack))
    if as_json:
        print_json({"mismatches": found})
    else:
        print_table("Mismatches", migration_view.MISMATCH_COLUMNS, map(migration_view.mismatch_row, found))


@app.command("backfill")
def carry_over(stack: Stack = MIGRATION_STACK, as_json: AsJson = False) -> None:
    """Set here what people set by hand in the legacy system. Run again, it goes on where it stopped.

    Exit code 1: the two sides do not say the same afterwards.
    """
    session = open_session(stack)
    with progress() as bar:
        task = bar.add_task("merchants", total=None)
        done = backfill(LegacyFunction(session), LambdaCapabilities(session), lambda: bar.advance(task))
    if as_json:
        print_json({**vars(done), "verified": done.verified})
    else:
        out.print(f"{done.exported} exported, {done.set_now} set now, {done.there_before} there before")
        out.print(f"legacy {done.legacy_checksum}\nhere   {done.here_checksum}")
    for conflict in done.conflicts:
        remarks.print(f"{conflict.merchant_id}: {conflict.legacy} in legacy, {conflict.here} here", markup=False)
    if not done.verified:
        raise typer.Exit(SAID_NO)


@app.command("check-legacy")
def check_legacy(
    quiet_hours: Annotated[float, typer.Option(min=0, help="How long nobody may have asked it.")] = 24,
    stack: Stack = MIGRATION_STACK,
    as_json: AsJson = False,
) -> None:
    """Whether anybody still asks the legacy system for categories. Exit code 1: somebody may."""
    session = open_session(stack)
    setting = LambdaCapabilities(session).ask(MIGRATION, GetMigration()).now.setting
    usage = {one.src: one.last for one in LegacyFunction(session).ask(Usage()).callers}
    found = still_in_use(setting, usage, datetime.now(UTC), timedelta(hours=quiet_hours))
    if as_json:
        print_json({"in_use": found})
    elif not found:
        out.print("nobody asks the legacy system for categories any more: it can be taken away")
    for reason in found:
        remarks.print(reason, markup=False, soft_wrap=True)
    if found:
        raise typer.Exit(SAID_NO)


@app.command()
def report(
    out_file: Annotated[Path, typer.Option("--out", help="HTML file to write.", dir_okay=False)] = Path(
        "migration.html"
    ),
    stack: Stack = MIGRATION_STACK,
) -> None:
    """Write how the migration went as one HTML page with plots."""
    write_report(capabilities_of(stack), stack, out_file)
    remarks.print(f"wrote {out_file}")


def write_report(capabilities: CapabilityClient, stack: str, path: Path) -> None:
    """Write the report.

    Raises:
        OperatorError: the file cannot be written, or the facade cannot be asked.
    """
    migration = capabilities.ask(MIGRATION, GetMigration(history=_MOST_HISTORY))
    page = migration_report.page(stack, migration, every_mismatch(capabilities), datetime.now(UTC))
    try:
        path.write_text(page)
    except OSError as error:
        raise OperatorError(f"cannot write {path}: {error.strerror}") from error


def every_mismatch(capabilities: CapabilityClient) -> list[Mismatch]:
    """All kinds of mismatches, page by page."""
    page = capabilities.ask(LIST_MISMATCHES, ListMismatches())
    found = [*page.mismatches]
    while page.next is not None:
        page = capabilities.ask(LIST_MISMATCHES, ListMismatches(after=page.next))
        found += page.mismatches
    return found


def still_in_use(setting: Setting, usage: dict[str, str], now: datetime, quiet: timedelta) -> list[str]:
    """Why the legacy system cannot be taken away yet, in words.

    Args:
        setting: the facade's.
        usage: when each caller of the legacy system last asked it for a category, as it says so.
        now: the time.
        quiet: how long nobody may have asked.
    """
    found: list[str] = []
    routing = setting.routing
    if routing.mode != "new" or routing.compares:
        compared = ", and both sides are compared" if routing.compares else ""
        found.append(f"the facade may still ask it: the mode is {routing.mode}{compared}")
    for caller, text in sorted(usage.items()):
        last = datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)
        if now - last < quiet:
            found.append(f"{caller} asked it at {last:%Y-%m-%d %H:%M:%S} UTC, {_hours(now - last)} ago")
    return found


def _hours(span: timedelta) -> str:
    return f"{span.total_seconds() / 3600:.1f} h"


def _steer(order: Order, reason: str, stack: str, *, as_json: bool) -> None:
    capabilities = capabilities_of(stack)
    setting = capabilities.ask(STEER, request_of(Steer, order=order, reason=reason))
    if as_json:
        print_json(setting)
    else:
        out.print(migration_view.setting_line(setting))


def _live(capabilities: CapabilityClient) -> None:
    def look() -> Group:
        migration: Migration = capabilities.ask(MIGRATION, GetMigration(history=5))
        return Group(migration_view.shown(migration), Text(f"{datetime.now(UTC):%H:%M:%S} UTC, Ctrl-C ends"))

    with Live(look(), console=out, auto_refresh=False) as view:
        try:
            while True:
                time.sleep(_LIVE_SECONDS)
                view.update(look(), refresh=True)
        except KeyboardInterrupt:
            return
