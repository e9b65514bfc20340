"""One look for all open pages: its pace follows from how long it takes, and nobody looking costs nothing."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

_IDLE_SECONDS = 0.2


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How often to look."""

    interval_seconds: float
    """From the start of a look to the start of the next."""
    busy: float = 0.25
    """The part of the time, at most, that looks may take: a slow system is asked less often."""
    longest_seconds: float = 60.0
    """The longest pause."""

    def pause_seconds(self, took_seconds: float) -> float:
        """How long to wait after a look that took so long."""
        rest = took_seconds * (1 - self.busy) / self.busy
        return min(max(self.interval_seconds - took_seconds, rest), self.longest_seconds)


class Poller(Generic[T]):
    """Looks while somebody watches, and tells all of them."""

    def __init__(
        self,
        look: Callable[[], T],
        pace: Pace,
        *,
        watched: Callable[[], bool],
        changed: Callable[[], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Does nothing yet.

        Args:
            look: takes its time; it runs in a thread of its own.
            pace: how often.
            watched: whether anybody looks at this moment.
            changed: told after each look.
            sleep: waits so many seconds.
            now: a clock, in seconds.
        """
        self._look, self._pace = look, pace
        self._watched, self._changed = watched, changed
        self._sleep, self._now = sleep, now
        self.latest: T | None = None
        """What the last look saw; None before the first."""
        self.pause_seconds = pace.interval_seconds
        """How long it waits until the next."""

    async def run(self) -> None:
        """Look until cancelled. The first look is for the page that is about to open."""
        while True:
            await self._once()
            await self._sleep(self.pause_seconds)
            while not self._watched():
                await self._sleep(_IDLE_SECONDS)

    async def _once(self) -> None:
        started = self._now()
        self.latest = await asyncio.to_thread(self._look)
        self.pause_seconds = self._pace.pause_seconds(self._now() - started)
        self._changed()
