"""`rewards migrate`: what `pbc migrate` has, and what is to be known of the monolith."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from contracts.categorization_facade import MIGRATION
from contracts.legacy_rewards import Usage
from ops.migration.backfill import backfill
from ops.migration.legacy import LegacyFunction
from pbckit.cli.client.capabilities import LambdaCapabilities
from pbckit.cli.client.session import MIGRATION_STACK, open_session
from pbckit.cli.errors import SAID_NO
from pbckit.cli.migration.command import app as of_any_program
from pbckit.cli.output import AsJson, Stack, out, print_json, progress, remarks
from pbckit.contracts.migration import GetMigration, Setting

_MOMENT = "%Y%m%d%H%M%S"

app = typer.Typer(no_args_is_help=True, help="Move a capability out of the legacy system, and back.")
app.add_typer(of_any_program)


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
    quiet_hours: Annotated[float, typer.Option(min=0, help="How long it must not have been called, in hours.")] = 24,
    stack: Stack = MIGRATION_STACK,
    as_json: AsJson = False,
) -> None:
    """Check whether the legacy system is still called for categories. Exit code 1: it may be."""
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
