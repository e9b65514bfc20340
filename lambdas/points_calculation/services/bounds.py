"""How far in the past and in the future purchases and refunds may be, read from environment variables."""

import os
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Annotated

import msgspec
from msgspec import Meta

from contracts.vocabulary import (
    FURTHEST_DAYS_AHEAD,
    FURTHEST_DAYS_BACK,
    USUAL_DAYS_AHEAD,
    USUAL_DAYS_BACK,
    require_in_range,
)
from pbckit.runtime.environment import InvalidEnvironment
from pbckit.runtime.runtime import Runtime


class Bounds(msgspec.Struct, frozen=True, kw_only=True, rename="upper"):
    """The bounds of instants from outside."""

    days_back: Annotated[int, Meta(ge=1, le=FURTHEST_DAYS_BACK)] = USUAL_DAYS_BACK
    days_ahead: Annotated[int, Meta(ge=1, le=FURTHEST_DAYS_AHEAD)] = USUAL_DAYS_AHEAD

    def require(self, what: str, instant: datetime, runtime: Runtime) -> None:
        """Refuse an instant that cannot be meant.

        Raises:
            InstantOutOfRange: it is too far away. The message names `what`, the instant, and what is allowed.
        """
        now = runtime.clock.now()
        require_in_range(what, instant, now, days_back=self.days_back, days_ahead=self.days_ahead)


def read(variables: Mapping[str, str]) -> Bounds:
    """Read `DAYS_BACK` and `DAYS_AHEAD`; each has a default.

    Raises:
        InvalidEnvironment: a variable is invalid.
    """
    try:
        return msgspec.convert(dict(variables), Bounds, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidEnvironment(f"environment variables of the bounds of instants: {error}") from error


@cache
def bounds() -> Bounds:
    """The bounds of this process, read once."""
    return read(os.environ)
