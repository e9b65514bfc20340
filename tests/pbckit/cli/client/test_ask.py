"""`pbc ask --wait` asks again while it is refused, and no longer than it was told."""

from collections.abc import Callable

import pytest

from pbckit.cli.client import ask
from pbckit.cli.errors import Refused


def refusing(times: int) -> tuple[Callable[[], str], list[float]]:
    """A capability that refuses so often before it answers, and the pauses between."""
    left, pauses = [times], list[float]()

    def once() -> str:
        left[0] -= 1
        if left[0] >= 0:
            raise Refused("NothingCounted", "no event of 'i-1' has come")
        return "answer"

    return once, pauses


def test_it_asks_again_until_it_is_answered():
    once, pauses = refusing(3)
    assert ask.answered(once, 60, pauses.append) == "answer"
    assert pauses == [ask._PAUSE_SECONDS] * 3


def test_without_time_to_wait_a_refusal_is_the_answer():
    once, pauses = refusing(1)
    with pytest.raises(Refused, match="NothingCounted"):
        ask.answered(once, 0, pauses.append)
    assert pauses == []


def test_it_gives_up_when_the_time_is_over(monkeypatch: pytest.MonkeyPatch):
    now = [0.0]
    monkeypatch.setattr(ask.time, "monotonic", lambda: now[0])
    once, _ = refusing(1_000)

    def passing(seconds: float) -> None:
        now[0] += seconds

    with pytest.raises(Refused):
        ask.answered(once, 10, passing)
    assert now[0] == 10
