"""Waiting on a condition, as long as something moves."""

import time
from collections.abc import Callable
from typing import TypeVar

from pbckit.cli.errors import SAID_NO, OperatorError

T = TypeVar("T")

_POLL_SECONDS = 0.2
_PATIENCE_SECONDS = 120
"""How long nothing may happen before waiting is given up."""


class NothingHappens(OperatorError):
    """What was waited for did not come, and nothing else moved either."""

    exit_code = SAID_NO


def wait_for(look: Callable[[], T], done: Callable[[T], bool], what: str, *, every_seconds: float = _POLL_SECONDS) -> T:
    """Look until it is done, every so often. Gives up when what is seen stays the same for too long.

    Raises:
        NothingHappens: it is not done and nothing moves.
    """
    last, since = look(), time.monotonic()
    while not done(last):
        if time.monotonic() - since > _PATIENCE_SECONDS:
            raise NothingHappens(f"{what}: nothing moved for {_PATIENCE_SECONDS} s; last seen: {last!r}")
        time.sleep(every_seconds)
        seen = look()
        if seen != last:
            last, since = seen, time.monotonic()
    return last
