"""`pbc events`: what happens on the bus, how one message went, and replays of what happened."""

import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from pbckit.cli.client.capabilities import LambdaCapabilities, capabilities_of
from pbckit.cli.client.session import LOCAL_STACK, open_session
from pbckit.cli.client.unit_admins import UnitAdmins
from pbckit.cli.errors import NotFound
from pbckit.cli.incidents import replay as replays
from pbckit.cli.incidents.timeline import as_data, read_segments
from pbckit.cli.incidents.timeline_html import lines, page
from pbckit.cli.incidents.trace import trace as find_trace
from pbckit.cli.output import AsJson, Stack, out, print_json, print_table, progress
from pbckit.cli.time_options import Age, instant, window
from pbckit.cli.waiting import wait_for
from pbckit.contracts import catalogue
from pbckit.contracts.operating import UNIT_ADMIN, InboundQueue, Record
from pbckit.infra.environment import EMBEDDED
from pbckit.sandbox.embedded_aws import connect

_OVERLAP = timedelta(seconds=30)
"""Lines can come late into a log: each look goes back so far, and known ones are left out."""
_LOOK_SECONDS = 2.0

app = typer.Typer(no_args_is_help=True, help="What happens, how one message went, and replays of what happened.")


@app.command()
def replay(
    since: Annotated[str, typer.Option("--from", help="First instant (RFC 3339).")],
    until: Annotated[str, typer.Option("--to", help="Last instant (RFC 3339).")],
    target: Annotated[str, typer.Option(help="The unit that gets the events; no other does.")],
    source: Annotated[str | None, typer.Option(help="Only events of this source.")] = None,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Send archived events to one unit again, and wait until it has taken them. Its inbox drops what it knows."""
    if target not in catalogue.units():
        raise NotFound(f"there is no unit {target!r}; there are: {', '.join(catalogue.units())}")
    session = open_session(stack)
    unit_admins = UnitAdmins(LambdaCapabilities(session))
    queues = replays.consumers(unit_admins, target, source)
    first, last = instant(since), instant(until)
    name = replays.start(session, queues, first, last)
    with progress() as bar:
        task = bar.add_task(f"replay to {target}", total=100)
        for state in replays.follow(session, name):
            bar.update(task, completed=_percent(state.replayed_until, first, last))
        bar.update(task, completed=100)
    _wait_until_taken(unit_admins, target, queues)
    fed = [queue.depth.queue for queue in queues]
    if as_json:
        print_json({"replay": name, "target": target, "queues": fed, "state": "COMPLETED"})
    else:
        out.print(f"replay {name} is complete; {target} has taken all of it from {', '.join(fed)}", highlight=False)


@app.command()
def trace(
    wanted: Annotated[str, typer.Argument(metavar="ID", help="An id from outside, a correlation id or an event id.")],
    since: Age = "1d",
    html: Annotated[Path | None, typer.Option(help="Write the timeline as a page, too.")] = None,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Each hop of a message across the units, with its times."""
    unit_admins = UnitAdmins(capabilities_of(stack))
    segments = read_segments(connect().segments_file) if stack in EMBEDDED else []
    way = find_trace(unit_admins, wanted, since, segments)
    if html is not None:
        html.write_text(page(f"The way of {wanted}", way))
    if as_json:
        print_json(as_data(way))
        return
    print_table(f"The way of {wanted}", ["after", "unit", "hop", "outcome", "took", "when"], lines(way))


@app.command()
def tail(
    since: Age = "1m",
    every_hop: Annotated[bool, typer.Option("--all", help="Every hop, not only events.")] = False,
    once: Annotated[bool, typer.Option("--once", help="Print what there is, and end.")] = False,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Events as they come, until Ctrl-C."""
    unit_admins = UnitAdmins(capabilities_of(stack))
    for record in _records(unit_admins, window(since).start, once=once):
        if record.name == UNIT_ADMIN or not (every_hop or record.what in ("published", "ran")):
            continue
        if as_json:
            print_json(record)
        else:
            out.print(
                f"{record.at:%H:%M:%S.%f} {record.unit} {record.what} {record.name} "
                f"{record.aggregate_id or ''} {record.outcome} {record.correlation_id}",
                markup=False,
                soft_wrap=True,
                highlight=False,
            )


def _records(unit_admins: UnitAdmins, since: datetime, *, once: bool) -> Iterator[Record]:
    seen: set[Record] = set()
    while True:
        now = datetime.now(UTC)
        new = [one for one in unit_admins.records(unit_admins.units, "hop", since, now) if one not in seen]
        yield from new
        if once:
            return
        seen = {one for one in (*seen, *new) if one.at >= now - _OVERLAP}
        since = max(since, now - _OVERLAP)
        time.sleep(_LOOK_SECONDS)


def _wait_until_taken(unit_admins: UnitAdmins, unit: str, queues: Sequence[InboundQueue]) -> None:
    """Wait until the consumers have nothing left to do."""
    fed = {queue.depth.queue for queue in queues}

    def left() -> int:
        depths = [queue.depth for queue in unit_admins.health(unit).queues if queue.depth.queue in fed]
        return sum(depth.waiting + depth.in_flight + depth.delayed for depth in depths)

    wait_for(left, lambda count: count == 0, f"queues of {unit}")


def _percent(until: datetime | None, first: datetime, last: datetime) -> float:
    if until is None:
        return 0.0
    return max(0.0, min(100.0, 100 * (until - first) / (last - first)))
