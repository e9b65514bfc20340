"""What infrastructure tells a function, by environment variables."""

import os
from collections.abc import Mapping
from functools import cache
from typing import Annotated

import msgspec
from msgspec import Meta

from pbckit.errors import FunctionError

_Positive = Annotated[int, Meta(ge=1)]


class InvalidEnvironment(FunctionError, RuntimeError):
    """A required environment variable is missing or invalid. The message names it."""


class Environment(msgspec.Struct, frozen=True, kw_only=True, rename="upper"):
    """The variables. Which of the optional ones are set follows from what the function was granted."""

    unit: str
    store_table: str | None = None
    outbox_table: str | None = None
    outbox_index: str | None = None
    bus_name: str | None = None
    dlq_url: str | None = None
    queue_url: str | None = None
    state_machine: str | None = None
    inbox_days: _Positive = 30
    """How long an event that was handled is remembered."""
    pending_minutes: _Positive = 5
    """Age at which the sweeper takes an event over from the relay."""
    maximum_receives: _Positive = 5
    """Deliveries after which a queue sets a message aside."""
    late_after: str | None = None
    """By type of event, the seconds after which one is late, as JSON."""
    slow_after_ms: _Positive | None = None
    """The milliseconds after which an answer is slow; without it nothing is promised of the capability."""
    unit_admin: str | None = None
    """What the unit admin looks after, as JSON: see `pbckit.runtime.unit_admin.inventory`."""

    def required(self, variable: str) -> str:
        """The value of an optional variable that a function cannot do without.

        Raises:
            InvalidEnvironment: it is not set.
        """
        value: str | None = getattr(self, variable.lower())
        if not value:
            raise InvalidEnvironment(f"environment variable {variable} is not set; a grant of the function brings it")
        return value

    def late_seconds(self) -> dict[str, int]:
        """By type of event, the seconds after which one is late.

        Raises:
            InvalidEnvironment: it is not JSON of that form.
        """
        try:
            return msgspec.json.decode(self.late_after or "{}", type=dict[str, _Positive])
        except msgspec.DecodeError as error:
            raise InvalidEnvironment(f"environment variable LATE_AFTER: {error}") from error


def read(variables: Mapping[str, str]) -> Environment:
    """Read the environment.

    Raises:
        InvalidEnvironment: a variable is missing or is not of its kind.
    """
    try:
        return msgspec.convert(dict(variables), Environment, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidEnvironment(f"environment variables: {error}") from error


@cache
def environment() -> Environment:
    """The environment of this process, read once."""
    return read(os.environ)
