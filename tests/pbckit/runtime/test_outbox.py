"""Publishing what was committed: nothing lost, no more requests than needed, removed only when it is on the bus."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.points_ledger import PointsPosted
from pbckit.contracts.envelope import EventMetadata
from pbckit.runtime import relay, sweeper
from pbckit.runtime.outbox import LARGEST_EVENT_BYTES, batches, entry_bytes, outbox_item, outgoing
from pbckit.runtime.ports import BusEntry, Delete, Item, Put
from pbckit.runtime.unit_of_work import MessageContext, UnitOfWork
from pbckit.testing.deliveries import stream_batch
from pbckit.testing.world import BEGIN, OUTBOX, World, world

CONTEXT = SimpleNamespace(aws_request_id="request-1", function_name="relay")


@pytest.fixture
def there() -> World:
    return world("points-ledger")


def commit(there: World, count: int = 1, size: int = 10) -> None:
    for number in range(count):
        work = UnitOfWork(there.runtime, MessageContext(correlation_id="c", trace_header=f"Root={number}"))
        event = PointsPosted(posting_id=f"{number}-x", member_id="m", points=1, balance_points=1, hash="x" * size)
        work.publish(event, sequence=number + 1)
        work.commit()


def records(there: World) -> list[tuple[str, dict[str, Any]]]:
    return [(f"number-{number}", item) for number, item in enumerate(there.outbox)]


def pending(there: World) -> list[int]:
    """Numbers of the events that were not removed."""
    return [int(json.loads(item["detail"])["data"]["posting_id"].split("-")[0]) for item in there.outbox]


def former(event_id: str, *, published: bool) -> Put:
    """An event as former releases left it in the outbox: pending, or marked as published and due to expire."""
    event = PointsPosted(posting_id=f"{event_id[-1]}-x", member_id="m", points=1, balance_points=1)
    metadata = EventMetadata(
        event_id=event_id,
        occurred_at=BEGIN - timedelta(hours=1),
        schema_version=1,
        aggregate_id="m",
        sequence=1,
        correlation_id="c",
    )
    item: Item = outbox_item(event, metadata)
    if published:
        del item["pending"]
        item |= {"dispatched_at": BEGIN.isoformat(), "expires_at": int((BEGIN + timedelta(days=30)).timestamp())}
    return Put(table=OUTBOX, item=item, read_as=dict)


def refusing(there: World, *numbers: int, times: int = 1_000) -> Callable[[BusEntry], str | None]:
    """A bus that does not take some events, so many times each."""
    left = {there.outbox[number]["detail"]: times for number in numbers}

    def refuse(entry: BusEntry) -> str | None:
        if left.get(entry.detail, 0) == 0:
            return None
        left[entry.detail] -= 1
        return "ThrottlingException"

    return refuse


def test_the_published_event_is_the_committed_one(there: World):
    commit(there)
    (item,) = there.outbox
    relay.relay(records(there), there.runtime)

    (entry,) = there.bus.taken
    assert (entry.source, entry.detail_type, entry.detail) == ("points-ledger", "PointsPosted", item["detail"])
    assert (entry.time.isoformat(timespec="microseconds"), entry.trace_header) == (item["occurred_at"], "Root=0")


def test_events_go_ten_at_a_time_in_their_order(there: World):
    commit(there, 23)
    committed = there.outbox

    assert relay.relay(records(there), there.runtime) is None
    assert [len(request) for request in there.bus.requests] == [10, 10, 3]
    assert [entry.detail for entry in there.bus.taken] == [item["detail"] for item in committed]
    assert pending(there) == []


def test_large_events_go_in_requests_that_are_not_too_large(there: World):
    commit(there, 5, size=100_000)

    assert relay.relay(records(there), there.runtime) is None
    assert [len(request) for request in there.bus.requests] == [2, 2, 1]


def test_a_request_may_be_as_large_as_eventbridge_takes_and_no_byte_larger(there: World):
    commit(there, 2)
    event = outgoing(there.outbox[0])
    half = replace(event.entry, detail="x" * (LARGEST_EVENT_BYTES // 2 - entry_bytes(replace(event.entry, detail=""))))
    fitting, larger = replace(event, entry=half), replace(event, entry=replace(half, detail=half.detail + "x"))

    assert [len(batch) for batch in batches([fitting, fitting])] == [2]
    assert [len(batch) for batch in batches([fitting, larger])] == [1, 1]


def test_the_size_of_an_entry_is_counted_in_utf8(there: World):
    commit(there)
    entry = replace(outgoing(there.outbox[0]).entry, source="é", detail_type="☕", detail="ab")

    assert entry_bytes(entry) == 14 + 2 + 3 + 2


@settings(max_examples=40)
@given(sizes=st.lists(st.integers(min_value=1, max_value=200_000), max_size=25))
def test_no_request_is_ever_over_a_limit_and_none_is_lost(sizes: list[int]):
    there = world("points-ledger")
    for size in sizes:
        commit(there, 1, size)
    committed = there.outbox
    relay.relay(records(there), there.runtime)

    assert all(len(request) <= 10 for request in there.bus.requests)
    assert all(sum(map(entry_bytes, request)) <= LARGEST_EVENT_BYTES for request in there.bus.requests)
    assert [entry.detail for entry in there.bus.taken] == [item["detail"] for item in committed]


def test_what_was_not_taken_is_tried_again_alone(there: World):
    commit(there, 10)
    there.bus.refuses = refusing(there, 3, 7, times=2)

    assert relay.relay(records(there), there.runtime) is None
    assert [len(request) for request in there.bus.requests] == [10, 2, 2]
    assert len(there.clock.slept) == 2
    assert pending(there) == []


def test_the_first_record_that_could_not_be_published_is_reported_and_stays_pending(there: World):
    commit(there, 6)
    there.bus.refuses = refusing(there, 2, 4)

    assert relay.relay(records(there), there.runtime) == "number-2"
    assert pending(there) == [2, 4]
    assert [len(request) for request in there.bus.requests] == [6, 2, 2, 2, 2]


def test_what_comes_after_a_failed_batch_waits_for_its_turn(there: World):
    commit(there, 25)
    there.bus.refuses = refusing(there, 12)
    streamed = records(there)

    assert relay.relay(streamed, there.runtime) == "number-12"
    assert pending(there) == [12, *range(20, 25)]
    there.bus.refuses = lambda _entry: None
    assert relay.relay(streamed[12:], there.runtime) is None
    assert pending(there) == []


def test_events_are_removed_after_they_are_on_the_bus_and_never_expire(there: World):
    commit(there)

    def still_there(_entry: BusEntry) -> None:
        assert pending(there) == [0]
        assert "expires_at" not in there.outbox[0]

    there.bus.refuses = still_there
    relay.relay(records(there), there.runtime)

    assert there.outbox == []
    assert len(there.bus.taken) == 1


def test_a_record_that_comes_again_makes_no_item_of_an_expired_one(there: World):
    commit(there)
    late = records(there)
    there.tables.transact([Delete(table=OUTBOX, key={"event_id": there.outbox[0]["event_id"]})])

    assert relay.relay(late, there.runtime) is None
    assert there.outbox == []


def test_the_relays_handler_reads_the_stream(
    there: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("pbckit.runtime.relay.lambda_runtime", lambda *_needed: there.runtime)
    commit(there, 3)
    there.bus.refuses, streamed = refusing(there, 1), there.outbox

    assert relay.handler(stream_batch(streamed), CONTEXT) == {"batchItemFailures": [{"itemIdentifier": "101"}]}
    there.bus.refuses = lambda _entry: None
    assert relay.handler(stream_batch(streamed[1:]), CONTEXT) == {"batchItemFailures": []}
    assert pending(there) == []
    relayed = [json.loads(line)["EventsRelayed"] for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert relayed == [[2.0], [2.0]]


def test_the_relay_leaves_changes_of_items_alone(there: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("pbckit.runtime.relay.lambda_runtime", lambda *_needed: there.runtime)
    commit(there)

    assert relay.handler(stream_batch(there.outbox, "MODIFY"), CONTEXT) == {"batchItemFailures": []}
    assert there.bus.requests == []


def test_the_sweeper_publishes_what_stayed_pending_and_leaves_what_is_young(there: World):
    commit(there, 12)
    old = there.outbox
    there.clock.sleep(timedelta(minutes=there.runtime.pending_minutes).total_seconds())
    commit(there, 1)

    assert sweeper.sweep(there.runtime) == 12
    assert pending(there) == [0]
    assert [entry.detail for entry in there.bus.taken] == [item["detail"] for item in old]
    assert sweeper.sweep(there.runtime) == 0


def test_one_event_that_is_not_taken_does_not_hold_up_the_others(there: World):
    commit(there, 25)
    there.clock.sleep(600)
    there.bus.refuses = refusing(there, 0)

    assert sweeper.sweep(there.runtime) == 24
    assert pending(there) == [0]


def test_the_sweeper_gives_up_where_the_bus_is_down(there: World):
    commit(there, 25)
    there.clock.sleep(600)
    there.bus.refuses = lambda _entry: "InternalFailure"

    assert sweeper.sweep(there.runtime) == 0
    assert {entry.detail for request in there.bus.requests for entry in request} == {
        item["detail"] for item in there.outbox[:10]
    }
    assert {len(request) for request in there.bus.requests} == {10}
    assert len(pending(there)) == 25


def test_the_sweeper_tells_the_age_of_the_oldest_event(
    there: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("pbckit.runtime.sweeper.lambda_runtime", lambda *_needed: there.runtime)
    commit(there)
    there.clock.sleep(400)
    commit(there)
    there.clock.sleep(400)

    assert sweeper.handler({}, CONTEXT) == {"swept": 2}
    assert sweeper.handler({}, CONTEXT) == {"swept": 0}
    first, second = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert first["OldestPendingAge"][0] == pytest.approx(800, abs=1)
    assert (first["EventsSwept"], second["EventsSwept"]) == ([2.0], [0.0])
    assert second["OldestPendingAge"] == [0.0]
    units = {one["Name"]: one["Unit"] for one in first["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert units == {"OldestPendingAge": "Seconds", "EventsSwept": "Count"}


def test_the_oldest_goes_first_whatever_its_fraction_of_a_second(there: World):
    """Text is sorted: an instant on the full second must not look longer or shorter than its neighbours."""
    there.clock.time = there.clock.time.replace(microsecond=998_000)
    commit(there, 4)
    there.clock.sleep(600)
    assert len({len(item["occurred_at"]) for item in there.outbox}) == 1
    sweeper.sweep(there.runtime)

    assert [entry.time for entry in there.bus.taken] == sorted(entry.time for entry in there.bus.taken)


def test_without_a_bus_nothing_is_removed(there: World):
    commit(there)
    with pytest.raises(RuntimeError, match="there is no bus"):
        relay.relay(records(there), replace(there.runtime, bus=None))

    assert pending(there) == [0]


def test_what_is_on_the_bus_and_could_not_be_removed_is_published_again(there: World):
    """The bus took the event, then the table failed: it is published again, and never forgotten."""
    commit(there)

    class FailingOnce(Exception):
        pass

    delete, failures = there.tables.delete, [FailingOnce()]

    def failing(operation: Delete) -> None:
        if failures:
            raise failures.pop()
        delete(operation)

    there.tables.delete = failing  # type: ignore[method-assign]
    with pytest.raises(FailingOnce):
        relay.relay(records(there), there.runtime)
    assert pending(there) == [0]
    assert relay.relay(records(there), there.runtime) is None
    assert (len(there.bus.taken), pending(there)) == (2, [])


def test_what_former_releases_left_is_published_once_beside_new_events(there: World):
    """Marked events stay until they expire, and are not published again; pending ones go the way of all."""
    there.tables.transact([former("former-1", published=True), former("former-2", published=False)])
    commit(there)
    there.clock.sleep(600)

    assert sweeper.sweep(there.runtime) == 2
    assert sweeper.sweep(there.runtime) == 0
    assert sorted(json.loads(entry.detail)["data"]["posting_id"] for entry in there.bus.taken) == ["0-x", "2-x"]
    assert [item["event_id"] for item in there.outbox] == ["former-1"]


@pytest.mark.parametrize("index", ["", "pending"])
def test_pages_without_anything_pending_do_not_end_the_search(
    there: World, monkeypatch: pytest.MonkeyPatch, index: str
):
    """A page of a scan is what was read, not what fits: marked events fill whole pages."""
    monkeypatch.setattr(sweeper, "_AT_A_TIME", 2)
    there.tables.transact([former(f"former-{number}", published=number != 4) for number in range(9)])
    runtime = replace(there.runtime, outbox_index=index)

    assert sweeper.sweep(runtime) == 1
    assert sweeper.sweep(runtime) == 0


def test_a_release_that_marks_events_can_follow_this_one(there: World):
    """Whoever goes back builds the index again: it holds what is pending, as each event has its key."""
    commit(there)
    there.clock.sleep(600)

    assert [item["pending"] for item in there.outbox] == ["pending"]
    assert sweeper.sweep(replace(there.runtime, outbox_index="pending")) == 1


def test_a_run_ends_before_its_time_is_over_and_the_next_one_goes_on(there: World):
    commit(there, 60)
    there.clock.sleep(600)

    def slow(_entry: BusEntry) -> None:
        there.clock.time += timedelta(seconds=1)

    there.bus.refuses = slow
    assert sweeper.sweep(there.runtime) == 40
    assert sweeper.sweep(there.runtime) == 20
    assert pending(there) == []
