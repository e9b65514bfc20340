"""Instants and ages as people type them: `2026-07-01T12:00:00Z`, `15m`."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from pbckit.cli.errors import OperatorError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_AGE = re.compile(r"([1-9][0-9]{0,5})([smhd])")

Age = Annotated[str, typer.Option("--since", help="How far back: 90s, 15m, 12h, 3d.")]


@dataclass(frozen=True)
class Window:
    """From an instant until another."""

    start: datetime
    end: datetime


def age(text: str) -> timedelta:
    """A length of time.

    Raises:
        OperatorError: it is not one.
    """
    match = _AGE.fullmatch(text)
    if match is None:
        raise OperatorError(f"{text!r} is no length of time; write 90s, 15m, 12h or 3d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


def window(since: str) -> Window:
    """The time since a while ago."""
    now = datetime.now(UTC)
    return Window(now - age(since), now)


def instant(text: str) -> datetime:
    """An instant, with an offset.

    Raises:
        OperatorError: it is not one.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise OperatorError(f"{text!r} is no instant with an offset; write 2026-07-01T12:00:00Z")
    return found
