"""Publishing what was committed: nothing lost, no more requests than needed, marked only when it is on the bus."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.points_ledger import PointsPosted
from lambdas.kit.identifiers import uuid7
from lambdas.kit.outbox import LARGEST_EVENT_BYTES, entry_bytes, outgoing
from lambdas.kit.relay import relay
from lambdas.kit.runtime import Runtime
from lambdas.kit.sweeper import sweep
from lambdas.kit.unit_of_work import Cause, UnitOfWork
from tests.lambdas.memory import MemoryClock, MemoryWorld, world


def commit(there: MemoryWorld, count: int, size: int = 10) -> None:
    for number in range(count):
        work = UnitOfWork(there.runtime, Cause(correlation_id="c"))
        event = PointsPosted(posting_id=f"{number}-" + "x" * size, member_id="m", points=1, balance_points=1)
        work.publish(event, sequence=number + 1)
        work.commit()
        there.clock.sleep(0.01)


def records(there: MemoryWorld) -> list[tuple[str, dict[str, object]]]:
    return [(f"number-{number}", item) for number, item in enumerate(there.outbox)]


def pending(there: MemoryWorld) -> int:
    return sum("pending" in item for item in there.outbox)


def test_events_go_ten_at_a_time_in_their_order():
    there = world()
    commit(there, 23)
    assert relay(records(there), there.runtime) is None
    assert [len(request) for request in there.bus.requests] == [10, 10, 3]
    assert [entry.detail for entry in there.bus.taken] == [item["detail"] for item in there.outbox]


def test_large_events_go_in_requests_that_are_not_too_large():
    there = world()
    commit(there, 5, size=100_000)
    assert relay(records(there), there.runtime) is None
    assert [len(request) for request in there.bus.requests] == [2, 2, 1]


@settings(max_examples=50, deadline=None)
@given(sizes=st.lists(st.integers(min_value=1, max_value=200_000), max_size=30))
def test_no_request_is_ever_over_a_limit_and_none_is_lost(sizes: list[int]):
    there = world()
    for size in sizes:
        commit(there, 1, size)
    relay(records(there), there.runtime)
    for request in there.bus.requests:
        assert len(request) <= 10
        assert sum(map(entry_bytes, request)) <= LARGEST_EVENT_BYTES
    assert len(there.bus.taken) == len(sizes)


def test_what_was_not_taken_is_tried_again_alone():
    there = world()
    commit(there, 10)
    failing = {there.outbox[3]["detail"]: 2, there.outbox[7]["detail"]: 1}

    def refuse(entry: object) -> str | None:
        left = failing.get(entry.detail, 0)  # type: ignore[attr-defined]
        failing[entry.detail] = left - 1  # type: ignore[attr-defined]
        return "ThrottlingException" if left > 0 else None

    there.bus.refuse = refuse
    assert relay(records(there), there.runtime) is None
    assert [len(request) for request in there.bus.requests] == [10, 2, 1]
    assert pending(there) == 0


def test_the_first_record_that_could_not_be_published_is_reported_and_stays_pending():
    there = world()
    commit(there, 6)
    refused = {there.outbox[2]["detail"], there.outbox[4]["detail"]}
    there.bus.refuse = lambda entry: "InternalFailure" if entry.detail in refused else None
    assert relay(records(there), there.runtime) == "number-2"
    assert [item["detail"] in refused for item in there.outbox if "pending" in item] == [True, True]


def test_events_are_marked_after_they_are_on_the_bus_and_only_then_expire():
    there = world()
    commit(there, 1)
    relay(records(there), there.runtime)
    (item,) = there.outbox
    assert "pending" not in item
    assert item["dispatched_at"]
    assert item["expires_at"] > there.clock.now().timestamp()


def test_an_event_is_never_marked_when_the_bus_fails():
    there = world()
    commit(there, 1)

    def down(_entry: object) -> str | None:
        raise ConnectionError

    there.bus.refuse = down
    with pytest.raises(ConnectionError):
        relay(records(there), there.runtime)
    assert pending(there) == 1


def test_the_sweeper_publishes_what_stayed_pending_and_leaves_what_is_young():
    there = world()
    commit(there, 2)
    there.clock.sleep(10 * 60)
    commit(there, 1)
    assert sweep(there.runtime) == 2
    assert pending(there) == 1
    assert len(there.bus.taken) == 2


def test_a_relay_without_a_bus_is_a_wrong_deployment():
    there = world()
    commit(there, 1)
    with pytest.raises(RuntimeError, match="needs a bus"):
        relay(records(there), Runtime(unit="x", tables=there.tables, clock=MemoryClock()))


def test_the_published_event_is_the_committed_one():
    there = world()
    commit(there, 1)
    (item,) = there.outbox
    entry = outgoing(item).entry
    assert (entry.source, entry.detail_type, entry.time) == ("points-ledger", "PointsPosted", entry.time)
    assert entry.time.isoformat() == item["occurred_at"]


def test_event_ids_sort_by_time():
    there = world()
    ids = list[str]()
    for _ in range(50):
        ids.append(uuid7(there.clock.now(), there.runtime.random))
        there.clock.sleep(0.001)
    assert ids == sorted(ids)
    assert {identity[14] for identity in ids} == {"7"}
    assert {identity[19] for identity in ids} <= set("89ab")
