"""Waiting: how long between two looks, and when it is given up."""

from collections.abc import Callable

import pytest

from pbckit.cli import waiting
from pbckit.cli.waiting import NothingHappens, wait_for


class Time:
    """A clock that goes on by sleeping and by looking."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def looking(self, seconds: float, answers: Callable[[int], int]) -> Callable[[], int]:
        """A look that takes so long, and its answers by their number."""
        count = -1

        def look() -> int:
            nonlocal count
            count += 1
            self.now += seconds
            return answers(count)

        return look


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    there = Time()
    monkeypatch.setattr(waiting, "time", there)
    return there


def test_it_looks_until_it_is_done(time: Time):
    assert wait_for(time.looking(0.1, lambda count: count), lambda seen: seen == 3, "it") == 3
    assert time.slept == [0.2] * 3


def test_a_longer_pause_that_is_asked_for_is_kept(time: Time):
    wait_for(time.looking(0.1, lambda count: count), lambda seen: seen == 1, "it", every_seconds=30)
    assert time.slept == [30]


def test_what_is_there_is_not_waited_for(time: Time):
    assert wait_for(time.looking(1, lambda count: count), lambda _: True, "it") == 0
    assert time.slept == []


def test_it_is_given_up_when_nothing_moves(time: Time):
    with pytest.raises(NothingHappens, match="it: nothing moved for 120 s; last seen: 7"):
        wait_for(time.looking(0.1, lambda _: 7), lambda _: False, "it")
    assert 120 < time.now < 121


def test_it_is_not_given_up_while_something_moves(time: Time):
    assert wait_for(time.looking(50, lambda count: count), lambda seen: seen == 10, "it") == 10
