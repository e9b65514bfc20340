"""How often the system is asked, whoever and however many look."""

import asyncio
from collections.abc import Callable

import pytest

from pbckit.console.poller import Pace, Poller
from tests.pbckit.console.event_loops import run


class Clock:
    """Time passes by sleeping and by looking. It ends what runs when it is over."""

    def __init__(self, until: float) -> None:
        self.time, self._until = 0.0, until

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self.time += seconds
        if self.time > self._until:
            raise asyncio.CancelledError


def looks_within(seconds: float, took: float, watched: Callable[[float], bool], pace: Pace) -> list[float]:
    """When the poller looks."""
    clock, times = Clock(seconds), []

    def look() -> int:
        times.append(clock.time)
        clock.time += took
        return len(times)

    poller = Poller(
        look, pace, watched=lambda: watched(clock.time), changed=lambda: None, sleep=clock.sleep, now=clock.now
    )
    with pytest.raises(asyncio.CancelledError):
        run(poller.run())
    assert poller.latest == len(times)
    return times


@pytest.mark.parametrize(
    ("took", "pause"),
    [(0.0, 5.0), (1.0, 4.0), (2.0, 6.0), (8.0, 24.0), (30.0, 60.0)],
)
def test_a_slow_system_is_asked_less_often(took: float, pause: float):
    assert Pace(interval_seconds=5).pause_seconds(took) == pytest.approx(pause)


def test_looks_follow_the_interval_while_somebody_watches():
    assert len(looks_within(60, 0.5, lambda _: True, Pace(interval_seconds=5))) == 13


def test_looks_take_a_quarter_of_the_time_at_most():
    times = looks_within(600, 4, lambda _: True, Pace(interval_seconds=5))
    assert len(times) * 4 <= 600 / 4 + 4


def test_nobody_watching_costs_nothing():
    """One look before the page opens, none until it does, and then at once."""
    times = looks_within(100, 0.1, lambda time: time >= 50, Pace(interval_seconds=5))
    assert times[0] == 0
    assert 50 <= times[1] < 50.5
