"""Simulated time: what happens next, and invocations that take their time."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

from devtools.simulation.tasks import Killed, Worker

BEGIN = datetime(2026, 6, 1, 12, tzinfo=UTC)

T = TypeVar("T")


@dataclass(frozen=True)
class Ended(Generic[T]):
    """How an invocation ended: with a value, or with what was raised."""

    value: T | None = None
    error: BaseException | None = None


@dataclass(frozen=True)
class _Invocation:
    worker: Worker
    deadline: float
    ended: Callable[[], None]


class Scheduler:
    """A clock, and what is due: in order of time and, at one time, in the order of being asked for."""

    def __init__(self) -> None:
        self.seconds = 0.0
        """Since the beginning."""
        self.under_way = 0
        """Invocations that have begun and not ended."""
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._asked = 0
        self._idle: list[Worker] = []
        self._current: _Invocation | None = None

    def now(self) -> datetime:
        """The simulated time, in UTC."""
        return BEGIN + timedelta(seconds=self.seconds)

    def at(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something at a time, or at once where that is past."""
        self._asked += 1
        heapq.heappush(self._due, (max(seconds, self.seconds), self._asked, action))

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do something after a while."""
        self.at(self.seconds + seconds, action)

    def run(self, until: float) -> None:
        """Let everything happen that is due by then."""
        while self._due and self._due[0][0] <= until:
            self.seconds, _, action = heapq.heappop(self._due)
            action()
        self.seconds = max(self.seconds, until)

    def invoke(self, work: Callable[[], T], timeout: float, then: Callable[[Ended[T]], None]) -> None:
        """Run a function as Lambda does: for at most so many seconds, and whoever asked learns how it ended."""
        result: list[Ended[T]] = []

        def guarded() -> None:
            try:
                result.append(Ended(value=work()))
            except (Exception, Killed) as error:  # noqa: BLE001 whatever it is, Lambda tells it
                result.append(Ended(error=error))

        worker = self._idle.pop() if self._idle else Worker()
        invocation = _Invocation(worker, self.seconds + timeout, lambda: then(result[0]))
        self.under_way += 1
        self._let(invocation, lambda: worker.begin(guarded))

    def pause(self, seconds: float) -> None:
        """Called in an invocation: let time pass, and others run.

        Raises:
            TimedOut: its time is up before.
        """
        invocation = self._current
        if invocation is None:
            raise RuntimeError("only an invocation can pause")
        late = self.seconds + seconds > invocation.deadline
        wake = invocation.deadline if late else self.seconds + seconds
        self.at(wake, lambda: self._let(invocation, lambda: invocation.worker.resume(killed=late)))
        invocation.worker.park()

    def close(self) -> None:
        """End the threads. No invocation may be under way."""
        for worker in self._idle:
            worker.stop()
        self._idle.clear()

    def _let(self, invocation: _Invocation, go_on: Callable[[], None]) -> None:
        self._current = invocation
        go_on()
        self._current = None
        if not invocation.worker.busy:
            self.under_way -= 1
            self._idle.append(invocation.worker)
            invocation.ended()


class SchedulerClock:
    """The kernel's `Clock`: who waits lets others run."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler

    def now(self) -> datetime:
        """The simulated time, in UTC."""
        return self._scheduler.now()

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self._scheduler.pause(seconds)
