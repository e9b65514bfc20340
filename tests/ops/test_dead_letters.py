"""Going through letters: each once, given back at the end, not faster than asked, and to be killed at any moment."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from pbckit.cli.client.unit_admins import QueueName
from pbckit.cli.incidents.dead_letters import Pace, go_through
from pbckit.contracts.operating import DeadLetter, DeadLetterBatch, HandleDeadLetters, Selection

QUEUE = QueueName(unit="points-ledger", queue="dlq")


@dataclass(kw_only=True)
class ScriptedAdmins:
    """Unit admins with so many letters; every other one is selected."""

    count: int
    asked: list[HandleDeadLetters] = field(default_factory=list[HandleDeadLetters])
    released: list[list[str]] = field(default_factory=list[list[str]])

    def letters(self, unit: str, question: HandleDeadLetters) -> DeadLetterBatch:
        self.asked.append(question)
        first = sum(one.at_most for one in self.asked[:-1])
        numbers = range(first, min(first + question.at_most, self.count))
        return DeadLetterBatch(
            letters=[letter(number) for number in numbers if number % 2 == 0],
            taken=len(numbers),
            held=[f"h-{number}" for number in numbers if number % 2 or question.action == "look"],
        )

    def release(self, unit: str, queue: str, handles: list[str]) -> None:
        self.released.append(list(handles))


def letter(number: int) -> DeadLetter:
    return DeadLetter(
        id=f"m-{number}",
        queue="dlq",
        reason="r",
        source="s",
        attempts=1,
        correlation_id="c",
        set_aside_at=datetime(2026, 6, 1, tzinfo=UTC),
        body="{}",
        outcome="held",
    )


def through(unit_admins: Any, action: Any = "redrive", pace: Pace | None = None, limit: int | None = None):
    return go_through(unit_admins, QUEUE, action, Selection(), pace or Pace(), limit)


def test_each_selected_letter_is_given_once_and_the_others_are_released():
    unit_admins = ScriptedAdmins(count=25)
    assert [one.id for one in through(unit_admins)] == [f"m-{number}" for number in range(0, 25, 2)]
    assert [one.at_most for one in unit_admins.asked] == [10, 10, 10, 10]
    assert [len(handles) for handles in unit_admins.released] == [10, 2]
    assert {handle for handles in unit_admins.released for handle in handles} == {f"h-{n}" for n in range(1, 25, 2)}


def test_whoever_stops_half_way_gives_back_what_is_held():
    unit_admins = ScriptedAdmins(count=25)
    going = through(unit_admins, "look")
    next(going)
    going.close()
    assert unit_admins.released == [[f"h-{number}" for number in range(10)]]


def test_never_more_than_the_limit_is_touched():
    unit_admins = ScriptedAdmins(count=25)
    assert len(list(through(unit_admins, limit=3))) == 3
    assert unit_admins.asked[0].at_most == 3
    assert sum(one.at_most for one in unit_admins.asked) <= 5


@pytest.mark.parametrize(("rate", "batch"), [(None, 10), (0.5, 1), (1, 1), (4, 4), (50, 10)])
def test_a_batch_is_never_more_than_a_seconds_worth(rate: float | None, batch: int):
    assert Pace(letters_per_second=rate).batch == batch


def test_a_rate_is_kept():
    slept: list[float] = []
    unit_admins = ScriptedAdmins(count=6)
    list(through(unit_admins, pace=Pace(letters_per_second=2, now=lambda: 100.0, sleep=slept.append)))
    assert slept == [1.0, 2.0, 3.0]
