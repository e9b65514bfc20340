"""`pbc dlq`: what could not be handled, why, and what becomes of it."""

from collections.abc import Sequence
from typing import Annotated

import typer

from pbckit.cli.client.capabilities import capabilities_of
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.client.unit_admins import QueueName, UnitAdmins, queue_name
from pbckit.cli.errors import NotFound, OperatorError
from pbckit.cli.incidents.dead_letters import (
    ACT_COLUMNS,
    Action,
    Pace,
    act_row,
    go_through,
    meant,
    outcome,
    selecting,
)
from pbckit.cli.output import AsJson, Stack, out, print_json, print_table, progress, remarks
from pbckit.cli.time_options import Age, Window, window
from pbckit.contracts.operating import DeadLetter, Record, Selection

_SHOWN = 1000

app = typer.Typer(no_args_is_help=True, help="What could not be handled, why, and what becomes of it.")

Queue = Annotated[str, typer.Argument(help="Which, as unit/queue: inventory/reserve-queue-dlq.")]
Reason = Annotated[str | None, typer.Option(help="Only letters with this in their reason.")]
Source = Annotated[str | None, typer.Option(help="Only letters that this unit, workflow or service set aside.")]
Correlation = Annotated[str | None, typer.Option(help="Only letters of this correlation id.")]
OlderThan = Annotated[str | None, typer.Option(help="Only letters set aside longer ago than this: 90s, 15m, 12h, 3d.")]
NewerThan = Annotated[str | None, typer.Option(help="Only letters set aside no longer ago than this.")]
Id = Annotated[list[str] | None, typer.Option("--id", help="Only this letter; may be given again.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
Rate = Annotated[float | None, typer.Option(min=0.1, help="At most so many letters a second.")]
Limit = Annotated[int | None, typer.Option(min=1, help="At most so many letters.")]


@app.command("list")
def list_letters(
    queue: Annotated[str | None, typer.Option(help="Only this queue, as unit/queue.")] = None,
    reason: Reason = None,
    source: Source = None,
    correlation_id: Correlation = None,
    older_than: OlderThan = None,
    newer_than: NewerThan = None,
    limit: Limit = _SHOWN,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Letters of all queues. Looking takes nothing away."""
    unit_admins = UnitAdmins(capabilities_of(stack))
    selection = selecting(
        reason=reason, source=source, correlation_id=correlation_id, older_than=older_than, newer_than=newer_than
    )
    queues = [queue_name(queue)] if queue else unit_admins.queues_with_dead_letters()
    found = {one: list(go_through(unit_admins, one, "look", selection, Pace(), limit)) for one in queues}
    if as_json:
        print_json([_row(one, letter) for one, letters in found.items() for letter in letters])
        return
    if not any(found.values()):
        out.print("no dead letters")
    for one, letters in found.items():
        if letters:
            _print(one, letters)


@app.command()
def show(
    queue: Queue,
    letter_id: Annotated[str, typer.Argument(help="Its id, from `pbc dlq list`.")],
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """One letter, whole."""
    unit_admins, name = UnitAdmins(capabilities_of(stack)), queue_name(queue)
    found = list(go_through(unit_admins, name, "look", Selection(ids=(letter_id,)), Pace()))
    if not found:
        raise NotFound(f"{name} has no letter {letter_id}; somebody else may be looking at it at this moment")
    (letter,) = found
    if as_json:
        print_json(_row(name, letter))
        return
    for title, value in _row(name, letter).items():
        out.print(f"{title}: {value}", markup=False, soft_wrap=True, highlight=False)


@app.command()
def redrive(
    queue: Queue,
    letter_id: Id = None,
    reason: Reason = None,
    source: Source = None,
    correlation_id: Correlation = None,
    older_than: OlderThan = None,
    newer_than: NewerThan = None,
    rate: Rate = None,
    limit: Limit = None,
    dry_run: DryRun = False,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Send letters back to where they came from. Killed half-way and run again, it loses and doubles nothing."""
    selection = selecting(
        ids=letter_id or (),
        reason=reason,
        source=source,
        correlation_id=correlation_id,
        older_than=older_than,
        newer_than=newer_than,
    )
    _dispose("redrive", queue, selection, Pace(letters_per_second=rate), limit, stack, dry_run=dry_run, as_json=as_json)


@app.command()
def discard(
    queue: Queue,
    letter_id: Id = None,
    reason: Reason = None,
    source: Source = None,
    correlation_id: Correlation = None,
    older_than: OlderThan = None,
    newer_than: NewerThan = None,
    every: Annotated[bool, typer.Option("--all", help="Needed where nothing selects letters.")] = False,
    rate: Rate = None,
    limit: Limit = None,
    dry_run: DryRun = False,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Take letters away for good. The audit trail keeps that, not what they said."""
    if not (every or letter_id or reason or source or correlation_id or older_than or newer_than):
        raise OperatorError("discard needs to know which: give --id, --reason or another filter, or --all")
    selection = selecting(
        ids=letter_id or (),
        reason=reason,
        source=source,
        correlation_id=correlation_id,
        older_than=older_than,
        newer_than=newer_than,
    )
    _dispose("discard", queue, selection, Pace(letters_per_second=rate), limit, stack, dry_run=dry_run, as_json=as_json)


@app.command()
def audit(
    since: Age = "1d",
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Who redrove or discarded what, and when. An act that was begun and is not done was interrupted."""
    span = window(since)
    unit_admins = UnitAdmins(capabilities_of(stack))
    records = unit_admins.records(unit_admins.units, "act", span.start, span.end)
    if as_json:
        print_json(records)
    else:
        _print_acts(records, span)


def _dispose(
    action: Action,
    queue: str,
    selection: Selection,
    pace: Pace,
    limit: int | None,
    stack: str,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    unit_admins, name = UnitAdmins(capabilities_of(stack)), queue_name(queue)
    selected = sum(1 for _ in meant(unit_admins, name, selection, limit))
    done = 0
    if not dry_run and selected:
        with progress() as bar:
            task = bar.add_task(action, total=selected)
            for _ in go_through(unit_admins, name, action, selection, pace, limit):
                done += 1
                bar.advance(task)
    if as_json:
        print_json({"queue": str(name), "action": action, "dry_run": dry_run, "selected": selected, "done": done})
    else:
        out.print(outcome(name, action, selected, done), highlight=False)
    if done < selected and not dry_run:
        remarks.print(f"{selected - done} letters were not there any more: somebody else took or holds them")


def _row(queue: QueueName, letter: DeadLetter) -> dict[str, object]:
    return {
        "queue": str(queue),
        "id": letter.id,
        "set_aside_at": letter.set_aside_at,
        "attempts": letter.attempts,
        "source": letter.source,
        "correlation_id": letter.correlation_id,
        "reason": letter.reason,
        "body": letter.body,
    }


def _print(queue: QueueName, letters: Sequence[DeadLetter]) -> None:
    print_table(
        f"{queue}: {len(letters)} letters",
        ["id", "set aside", "attempts number", "correlation id", "reason"],
        [
            (one.id, f"{one.set_aside_at:%m-%d %H:%M:%S}", one.attempts, one.correlation_id, one.reason)
            for one in letters
        ],
    )


def _print_acts(records: Sequence[Record], span: Window) -> None:
    title = f"Acts of operators since {span.start:%Y-%m-%d %H:%M:%S} UTC"
    print_table(title, ACT_COLUMNS, map(act_row, records))
