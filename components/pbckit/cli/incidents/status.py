"""`pbc status`: how the system is, on one screen."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from pbckit.cli.client.capabilities import LambdaCapabilities
from pbckit.cli.client.session import LOCAL_STACK, Session, open_session
from pbckit.cli.client.unit_admins import UnitAdmins
from pbckit.cli.errors import OperatorError
from pbckit.cli.output import AsJson, Stack, out, print_json, print_whole
from pbckit.contracts.operating import FALLBACKS, FindRecords, Health, Record

_OLD_SECONDS = 300
"""As old as the sweeper lets pending events become."""
_FALLBACKS_WITHIN = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """An alarm that is ringing."""

    unit: str
    name: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class UnitStatus:
    """One unit: its health, and what is wrong with it."""

    unit: str
    healthy: bool
    pending_events: int
    oldest_pending_seconds: float | None
    queues: dict[str, int]
    """Messages waiting or in flight, by queue."""
    dead_letters: dict[str, int]
    """Letters, by dead-letter queue."""
    alarms: list[Alarm]
    fallbacks: dict[str, int]
    """Answers given by a fallback within the last hour, by fallback."""
    silent: str | None = None
    """Why its unit admin did not answer; the figures are nothing then."""


@dataclass(frozen=True, kw_only=True)
class Status:
    """All units at one time."""

    at: datetime
    healthy: bool
    units: list[UnitStatus]


def status(
    watch: Annotated[float | None, typer.Option("--watch", min=1, help="Look again every so many seconds.")] = None,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Health, pending events, queues, dead letters, alarms and fallbacks of units. Exit code 1: something is wrong."""
    session = open_session(stack)
    if watch is not None and not as_json:
        _watch(session, watch)
    found = look(session)
    if as_json:
        print_json(found)
    else:
        print_whole(_screen(found))
    if not found.healthy:
        raise typer.Exit(1)


def look(session: Session) -> Status:
    """Ask every unit admin, and CloudWatch for the alarms that ring. A unit that does not answer hides no other.

    Raises:
        OperatorError: no unit answers.
    """
    unit_admins, now = UnitAdmins(LambdaCapabilities(session)), datetime.now(UTC)
    alarms = ringing(session)

    def ask(unit: str) -> UnitStatus:
        ran = FindRecords(kind="hop", since=now - _FALLBACKS_WITHIN, until=now, text=FALLBACKS.strip())
        return unit_status(unit_admins.health(unit), alarms, unit_admins.find(unit, ran).records)

    answers = unit_admins.attempts(ask)
    failures = [answer for answer in answers.values() if isinstance(answer, OperatorError)]
    if failures and len(failures) == len(answers):
        raise failures[0]
    units = [
        without_admin(unit, alarms, str(answer)) if isinstance(answer, OperatorError) else answer
        for unit, answer in answers.items()
    ]
    units += [without_admin(unit, alarms) for unit in sorted({alarm.unit for alarm in alarms} - {*answers})]
    return Status(at=now, healthy=all(unit.healthy for unit in units), units=units)


def without_admin(unit: str, alarms: Sequence[Alarm], silent: str | None = None) -> UnitStatus:
    """A unit without a unit admin, the platform for one, or whose does not answer: only its alarms tell how it is."""
    return UnitStatus(
        unit=unit,
        healthy=False,
        pending_events=0,
        oldest_pending_seconds=None,
        queues={},
        dead_letters={},
        alarms=[alarm for alarm in alarms if alarm.unit == unit],
        fallbacks={},
        silent=silent,
    )


def unit_status(health: Health, alarms: Sequence[Alarm], ran: Sequence[Record]) -> UnitStatus:
    """What a unit's health, the alarms that ring and the runs with fallbacks say of the unit."""
    own = [alarm for alarm in alarms if alarm.unit == health.unit]
    dead_letters = {depth.queue: depth.waiting + depth.in_flight for depth in health.dead_letters}
    late = (health.oldest_pending_seconds or 0) > _OLD_SECONDS
    return UnitStatus(
        unit=health.unit,
        healthy=not (own or late or any(dead_letters.values())),
        pending_events=health.pending_events,
        oldest_pending_seconds=health.oldest_pending_seconds,
        queues={one.depth.queue: one.depth.waiting + one.depth.in_flight + one.depth.delayed for one in health.queues},
        dead_letters=dead_letters,
        alarms=own,
        fallbacks=_fallbacks([record for record in ran if record.unit == health.unit]),
    )


def _fallbacks(records: Sequence[Record]) -> dict[str, int]:
    named = (
        name
        for record in records
        for name in (record.detail or "").removeprefix(FALLBACKS).split(", ")
        if (record.detail or "").startswith(FALLBACKS)
    )
    return dict(Counter(named))


def ringing(session: Session) -> list[Alarm]:
    """The alarms of all units that ring, as CloudWatch has them."""
    prefix = f"{session.names.project}-{session.names.environment}-"
    pages = (
        session.client("cloudwatch")
        .get_paginator("describe_alarms")
        .paginate(AlarmNamePrefix=prefix, StateValue="ALARM", AlarmTypes=["MetricAlarm"])
    )
    return [
        Alarm(
            unit=alarm["AlarmName"].removeprefix(prefix).split("_")[0],
            name=alarm["AlarmName"],
            meaning=alarm.get("AlarmDescription", ""),
        )
        for page in pages
        for alarm in page["MetricAlarms"]
    ]


def _watch(session: Session, seconds: float) -> None:
    with Live(_screen(look(session)), console=out, auto_refresh=False) as live:
        while True:
            time.sleep(seconds)
            live.update(_screen(look(session)), refresh=True)


def _screen(found: Status) -> Group:
    table = Table(title=f"{found.at:%Y-%m-%d %H:%M:%S} UTC; fallbacks of the last hour", title_justify="left")
    table.add_column("unit", no_wrap=True)
    for column in ("pending", "oldest", "queued", "dead letters", "fallbacks"):
        table.add_column(column, overflow="fold")
    for unit in found.units:
        table.add_row(
            Text(unit.unit, style="green" if unit.healthy else "red"),
            "?" if unit.silent else str(unit.pending_events),
            "" if unit.oldest_pending_seconds is None else f"{unit.oldest_pending_seconds:.0f} s",
            "?" if unit.silent else str(sum(unit.queues.values())),
            "\n".join(f"{queue}: {count}" for queue, count in unit.dead_letters.items() if count),
            ", ".join(f"{name} {count}" for name, count in unit.fallbacks.items()),
        )
    alarms = [
        Text(f"ALARM {alarm.name}: {alarm.meaning}", style="red") for unit in found.units for alarm in unit.alarms
    ]
    silent = [Text(f"{unit.unit} does not answer: {unit.silent}", style="red") for unit in found.units if unit.silent]
    return Group(table, *silent, *alarms, Text(_summary(found)))


def _summary(found: Status) -> str:
    """Whether all is well, and what is on its way."""
    queued = sum(sum(unit.queues.values()) for unit in found.units)
    pending = sum(unit.pending_events for unit in found.units)
    waiting = f"{queued} messages queued, {pending} events pending"
    state = "healthy" if found.healthy else "something is wrong: red units need a look"
    return f"{state}; {waiting}" if queued or pending else state
