"""Queue and stream of the simulation keep what AWS promises, and no more."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from devtools.simulation.faults import Decisions, Fault, History
from devtools.simulation.queues import MAXIMUM_RECEIVES, DeadLetterQueue, Mapped, Queue
from devtools.simulation.scheduler import Scheduler
from devtools.simulation.streams import Relay, Stream
from pbckit.runtime.ports import Item

DAY = 24 * 3600.0


@pytest.fixture
def scheduler() -> Scheduler:
    return Scheduler()


@pytest.fixture
def calm(scheduler: Scheduler) -> Decisions:
    return Decisions(0, History(scheduler), only=[])


class Function:
    """Notes what it is invoked with, and answers as told."""

    def __init__(self, answer: Callable[[Sequence[str]], Mapping[str, Any]]) -> None:
        self.batches: list[list[str]] = []
        self.receives: list[str] = []
        self._answer = answer

    def __call__(self, event: Mapping[str, Any]) -> Mapping[str, Any]:
        bodies = [record["body"] for record in event["Records"]]
        self.batches.append(bodies)
        self.receives += [record["attributes"]["ApproximateReceiveCount"] for record in event["Records"]]
        return self._answer(bodies)


def queue(scheduler: Scheduler, decisions: Decisions, function: Function, *, down: float = 0) -> Queue:
    mapped = Mapped(function, 30, lambda: scheduler.seconds < down)
    return Queue(scheduler, decisions, DeadLetterQueue("dead"), mapped)


def all_well(_bodies: Sequence[str]) -> Mapping[str, Any]:
    return {"batchItemFailures": []}


def test_a_batch_has_ten_messages_at_most(scheduler: Scheduler, calm: Decisions):
    function = Function(all_well)
    there = queue(scheduler, calm, function)
    for number in range(12):
        there.send(str(number), str(number))
    scheduler.run(DAY)

    assert [len(batch) for batch in function.batches] == [10, 2]
    assert there.held == 0


def test_only_what_failed_comes_again(scheduler: Scheduler, calm: Decisions):
    function = Function(
        lambda bodies: {
            "batchItemFailures": [{"itemIdentifier": "1"}] if bodies == ["good", "bad"] else [],
        }
    )
    there = queue(scheduler, calm, function)
    there.send("good", "good")
    there.send("bad", "bad")
    scheduler.run(DAY)

    assert function.batches == [["good", "bad"], ["bad"]]
    assert function.receives == ["1", "1", "2"]


def test_after_five_times_the_queue_sets_a_message_aside_without_a_reason(scheduler: Scheduler, calm: Decisions):
    def fails(_bodies: Sequence[str]) -> Mapping[str, Any]:
        raise ValueError

    function = Function(fails)
    there = queue(scheduler, calm, function)
    there.send("bad", "bad")
    scheduler.run(DAY)

    assert len(function.batches) == MAXIMUM_RECEIVES
    assert [(letter.body, dict(letter.attributes)) for letter in there.dead_letters.letters] == [("bad", {})]
    assert there.held == 0


def test_what_is_redriven_has_all_its_attempts_again(scheduler: Scheduler, calm: Decisions):
    function = Function(all_well)
    there = queue(scheduler, calm, function, down=DAY)
    there.send("one", "one")
    scheduler.run(DAY)
    assert (function.batches, len(there.dead_letters.letters)) == ([], 1)

    assert there.redrive() == 1
    scheduler.run(2 * DAY)

    assert (function.batches, function.receives) == ([["one"]], ["1"])
    assert there.dead_letters.letters == []


def test_a_message_may_come_twice(scheduler: Scheduler):
    function = Function(all_well)
    there = queue(scheduler, Decisions(0, History(scheduler), alone=Fault.DELIVERED_TWICE), function)
    for number in range(100):
        there.send(str(number), str(number))
    scheduler.run(DAY)

    came = [body for batch in function.batches for body in batch]
    assert len(set(came)) == 100
    assert len(came) > 100


def items(count: int) -> list[Item]:
    return [{"event_id": str(n), "detail_type": "Posted", "aggregate_id": "m", "sequence": n} for n in range(count)]


def brought(
    scheduler: Scheduler, decisions: Decisions, answer: Callable[[Sequence[tuple[str, Item]]], str | None]
) -> list[int]:
    """The numbers of the events in the order in which the relay was handed them."""
    numbers: list[int] = []

    def relay(records: Sequence[tuple[str, Item]]) -> str | None:
        numbers.extend(item["sequence"] for _, item in records)
        return answer(records)

    stream = Stream(scheduler, decisions, Relay(relay, lambda: False))
    for item in items(20):
        stream.append(item)
    scheduler.run(DAY)
    assert stream.held == 0
    return numbers


def test_every_record_comes_once_if_all_is_well(scheduler: Scheduler, calm: Decisions):
    assert sorted(brought(scheduler, calm, lambda _records: None)) == list(range(20))


def test_from_the_first_that_failed_on_records_come_again_in_order(scheduler: Scheduler, calm: Decisions):
    failed: set[str] = set()

    def once(records: Sequence[tuple[str, Item]]) -> str | None:
        third = records[2][0] if len(records) > 2 else records[0][0]
        if third in failed or len(failed) > 1:
            return None
        failed.add(third)
        return third

    numbers = brought(scheduler, calm, once)

    assert len(numbers) > 20
    assert sorted(set(numbers)) == list(range(20))


def test_what_fails_too_often_is_given_up(scheduler: Scheduler, calm: Decisions):
    """Only the sweeper can help then; and the shard goes on."""

    def poisoned(records: Sequence[tuple[str, Item]]) -> str | None:
        if any(item["sequence"] == 7 for _, item in records):
            raise ValueError
        return None

    numbers = brought(scheduler, calm, poisoned)

    assert sorted(set(numbers)) == list(range(20))
    assert numbers.count(7) > 20


def test_a_record_that_expired_never_comes(scheduler: Scheduler):
    decisions = Decisions(0, History(scheduler), alone=Fault.RECORD_EXPIRED)
    numbers = brought(scheduler, decisions, lambda _records: None)

    assert len(numbers) == 20 - len(decisions.struck) < 20
