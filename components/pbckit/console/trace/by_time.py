"""Finding messages by time: those that units noted in a window, the newest first."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from pbckit.cli.client.unit_admins import UnitAdmins
from pbckit.cli.errors import OperatorError
from pbckit.cli.incidents.timeline import is_wrong
from pbckit.cli.reports.markup import Link
from pbckit.cli.time_options import Window, age, instant
from pbckit.contracts.operating import UNIT_ADMIN, FindRecords, Record, Records

_OF_EVENTS = ("handled", "ran", "published")
COLUMNS = ("at", "unit", "first", "about", "hops", "wrong", "traced")


class SeenMessage(NamedTuple):
    """A message of which units noted hops within the window."""

    at: datetime
    """When the first of its hops in the window began."""
    first: Record
    """That hop."""
    about: str
    """What its first event is about; empty where no hop tells."""
    hops: int
    wrong: int
    """How many of them did not end well."""


class Found(NamedTuple):
    """What units noted in a window."""

    messages: Sequence[SeenMessage]
    """Newest first."""
    more: Sequence[str]
    """Units that noted more than they give at once: of them only the newest is here."""
    silent: Sequence[str]
    """Why units did not answer."""


def between(since: str, until: str, now: datetime) -> Window:
    """A window as people type it: instants, or ages such as `15m`; without an end, until now.

    Raises:
        OperatorError: one is neither, or the window ends before it begins.
    """
    start, end = instant_of(since, now), instant_of(until, now) if until else now
    if start >= end:
        raise OperatorError(f"from {start.isoformat()} until {end.isoformat()}: it must begin before it ends")
    return Window(start, end)


def find(unit_admins: UnitAdmins, span: Window) -> Found:
    """Ask every unit for the hops that it noted in a window, once."""
    question = FindRecords(kind="hop", since=span.start, until=span.end)
    answers = unit_admins.attempts(lambda unit: unit_admins.find(unit, question))
    given = {unit: answer for unit, answer in answers.items() if isinstance(answer, Records)}
    return Found(
        messages=messages(record for answer in given.values() for record in answer.records),
        more=[unit for unit, answer in given.items() if answer.more],
        silent=[f"{unit}: {answer}" for unit, answer in answers.items() if isinstance(answer, OperatorError)],
    )


def messages(records: Iterable[Record]) -> list[SeenMessage]:
    """Hops by their correlation id, the newest first; of questions that people asked, and no event followed, none."""
    hops: dict[str, list[Record]] = {}
    for record in sorted(records, key=_began):
        if record.name != UNIT_ADMIN:
            hops.setdefault(record.correlation_id, []).append(record)
    found = [
        SeenMessage(
            at=_began(some[0]),
            first=some[0],
            about=next((one.aggregate_id for one in some if one.aggregate_id), ""),
            hops=len(some),
            wrong=sum(is_wrong(one.outcome) for one in some),
        )
        for some in hops.values()
        if any(one.what in _OF_EVENTS for one in some)
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)


def row(one: SeenMessage) -> Sequence[object]:
    """A message under the headings of `COLUMNS`."""
    first, at = one.first, f"{one.at:%Y-%m-%d %H:%M:%S}"
    way = Link("way", f"/trace?id={first.correlation_id}")
    return [at, first.unit, f"{first.what} {first.name}", one.about, one.hops, one.wrong, way]


def _began(record: Record) -> datetime:
    return record.started_at or record.at


def instant_of(text: str, now: datetime) -> datetime:
    """A time as people type it: an instant with an offset, or how long ago.

    Raises:
        OperatorError: it is neither.
    """
    try:
        return instant(text).astimezone(UTC)
    except OperatorError:
        pass
    try:
        return now - age(text)
    except OperatorError as error:
        raise OperatorError(f"{text!r} is no time; write 2026-07-01T12:00:00Z, or 90s, 15m, 12h or 3d ago") from error
