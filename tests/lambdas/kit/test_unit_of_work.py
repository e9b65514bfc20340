"""State, inbox marker and events: together or not at all."""

import msgspec
import pytest

from contracts.points_ledger import PointsPosted
from lambdas.kit.outbox import LARGEST_EVENT_BYTES, EventTooLarge
from lambdas.kit.ports import ConditionFailed, Put, TransactionConflict, TransactionTooLarge
from lambdas.kit.unit_of_work import (
    AlreadyHandled,
    Cause,
    ConflictingMessage,
    StillContended,
    UnitOfWork,
    until_fresh,
)
from tests.lambdas.memory import MemoryWorld, world

EVENT = PointsPosted(posting_id="p", member_id="m", points=1, balance_points=1)


def cause(event_id: str | None = "e-1", content: str = "same") -> Cause:
    return Cause(
        correlation_id="c", causation_id="before", trace_header="Root=1", event_id=event_id, fingerprint=content
    )


def work(there: MemoryWorld, why: Cause) -> UnitOfWork:
    unit = UnitOfWork(there.runtime, why)
    unit.add(Put(table="store", item={"pk": "a", "sk": "b", "value": 1}))
    unit.publish(EVENT, sequence=3)
    return unit


def test_state_marker_and_event_are_committed_together():
    there = world()
    work(there, cause()).commit()
    assert {item["pk"] for item in there.tables.items("store")} == {"a", "inbox#e-1"}
    (item,) = there.outbox
    assert (item["source"], item["detail_type"], item["pending"]) == ("points-ledger", "PointsPosted", "pending")
    metadata = msgspec.json.decode(item["detail"])["metadata"]
    assert metadata["sequence"] == 3
    assert (metadata["correlation_id"], metadata["causation_id"]) == ("c", "before")
    assert metadata["trace_header"] == item["trace_header"] == "Root=1"
    assert metadata["occurred_at"] == "2026-06-01T00:00:00Z"
    assert "expires_at" not in item


def test_nothing_is_committed_when_a_condition_fails():
    there = world()
    unit = work(there, cause())
    unit.add(Put(table="store", item={"pk": "x", "sk": "y"}, expect={"version": 7}))
    with pytest.raises(ConditionFailed):
        unit.commit()
    assert there.tables.items("store") == []
    assert there.outbox == []


def test_an_event_that_was_handled_is_told_apart_by_its_id():
    there = world()
    work(there, cause()).commit()
    with pytest.raises(AlreadyHandled):
        work(there, cause()).commit()
    assert len(there.outbox) == 1


def test_the_same_id_with_other_content_is_refused():
    there = world()
    work(there, cause()).commit()
    with pytest.raises(ConflictingMessage, match="e-1 was handled before with other content"):
        work(there, cause(content="other")).commit()


def test_a_call_leaves_no_marker():
    there = world()
    work(there, cause(event_id=None)).commit()
    assert [item["pk"] for item in there.tables.items("store")] == ["a"]


def test_the_marker_outlives_the_inbox_window():
    there = world()
    work(there, cause()).commit()
    (marker,) = [item for item in there.tables.items("store") if item["pk"].startswith("inbox#")]
    assert marker["expires_at"] - there.clock.now().timestamp() >= 30 * 24 * 60 * 60


def test_a_conflict_is_tried_again():
    there = world()
    there.tables.conflicts = 5
    work(there, cause()).commit()
    assert len(there.outbox) == 1
    assert there.clock.now().timestamp() > 1780272000


def test_a_conflict_that_never_ends_is_raised():
    there = world()
    there.tables.conflicts = 1000
    with pytest.raises(TransactionConflict):
        work(there, cause()).commit()
    assert there.outbox == []


def test_more_than_a_transaction_takes_is_refused():
    there = world()
    unit = UnitOfWork(there.runtime, cause())
    unit.add(*(Put(table="store", item={"pk": str(number), "sk": ""}) for number in range(101)))
    with pytest.raises(TransactionTooLarge):
        unit.commit()


def test_an_event_that_the_bus_would_never_take_is_refused_when_it_is_committed():
    there = world()
    large = msgspec.structs.replace(EVENT, posting_id="x" * LARGEST_EVENT_BYTES)
    with pytest.raises(EventTooLarge, match="PointsPosted of m"):
        UnitOfWork(there.runtime, cause()).publish(large, sequence=1)


def test_work_on_what_others_changed_is_done_anew():
    there, reads = world(), list[int]()

    def once() -> int:
        reads.append(len(reads))
        if len(reads) < 3:
            raise ConditionFailed([])
        return len(reads)

    assert until_fresh(once, there.runtime) == 3


def test_work_that_is_never_fresh_is_given_up():
    def never() -> None:
        raise ConditionFailed([])

    with pytest.raises(StillContended):
        until_fresh(never, world().runtime)
