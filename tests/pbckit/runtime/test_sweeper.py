"""What a failure of the outbox's stream points to is published from the outbox: all of it, and once."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from contracts.points_ledger import PointsPosted
from pbckit.runtime import sweeper
from pbckit.runtime.sweeper import NotRehydrated, Pointer
from pbckit.runtime.unit_of_work import MessageContext, UnitOfWork
from pbckit.testing.world import World, world

CONTEXT = SimpleNamespace(aws_request_id="request-1", function_name="sweeper")


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> World:
    made = world("points-ledger")
    monkeypatch.setattr("pbckit.runtime.sweeper.lambda_runtime", lambda *_needed: made.runtime)
    return made


def commit(there: World, count: int) -> None:
    for number in range(count):
        work = UnitOfWork(there.runtime, MessageContext(correlation_id="c"))
        work.publish(PointsPosted(posting_id="p", member_id="m", points=1, balance_points=1), sequence=number + 1)
        work.commit()


def failure(last_record: datetime, **changes: Any) -> dict[str, Any]:
    """What Lambda puts into the on-failure queue."""
    batch = {
        "shardId": "shardId-1",
        "startSequenceNumber": "100",
        "endSequenceNumber": "199",
        "approximateArrivalOfFirstRecord": (last_record - timedelta(seconds=1)).isoformat(),
        "approximateArrivalOfLastRecord": last_record.isoformat(),
        "batchSize": 100,
        "streamArn": "arn:aws:dynamodb:eu-central-1:000000000000:table/outbox/stream/2026-06-01T00:00:00.000",
    }
    context = {"requestId": "r", "functionArn": "f", "condition": "RetryAttemptsExhausted"}
    return {"requestContext": context, "version": "1.0", "DDBStreamBatchInfo": batch | changes}


def pending(there: World) -> list[int]:
    return sorted(item["sequence"] - 1 for item in there.outbox)


def test_all_of_the_range_is_published_and_removed_however_much_it_is(there: World):
    commit(there, 1203)
    committed = there.outbox
    event = {"rehydrate": failure(there.clock.time)}

    assert sweeper.handler(event, CONTEXT) == {"swept": 1203}
    assert sorted(entry.detail for entry in there.bus.taken) == sorted(item["detail"] for item in committed)
    assert there.outbox == []


def test_rehydrating_again_publishes_nothing(there: World):
    commit(there, 3)
    event = {"rehydrate": failure(there.clock.time)}
    sweeper.handler(event, CONTEXT)

    assert sweeper.handler(event, CONTEXT) == {"swept": 0}
    assert len(there.bus.taken) == 3


def test_what_was_committed_after_the_range_is_left_to_the_relay(there: World):
    commit(there, 2)
    event = {"rehydrate": failure(there.clock.time)}
    there.clock.sleep(120)
    commit(there, 1)

    assert sweeper.handler(event, CONTEXT) == {"swept": 2}
    assert len(there.outbox) == 1
    assert there.outbox[0]["occurred_at"] > there.clock.time.isoformat()[:15]


def test_an_event_by_a_clock_that_is_ahead_of_the_streams_is_found(there: World):
    commit(there, 1)

    assert sweeper.handler({"rehydrate": failure(there.clock.time - timedelta(seconds=30))}, CONTEXT) == {"swept": 1}


def test_what_the_bus_does_not_take_is_an_error_and_stays_pending(there: World):
    commit(there, 12)
    stubborn = there.outbox[4]["detail"]
    there.bus.refuses = lambda entry: "InternalFailure" if entry.detail == stubborn else None
    event = {"rehydrate": failure(there.clock.time)}

    with pytest.raises(NotRehydrated, match="1 of 12 events up to record 199 of shard shardId-1"):
        sweeper.handler(event, CONTEXT)
    assert pending(there) == [4]

    there.bus.refuses = lambda _entry: None
    assert sweeper.handler(event, CONTEXT) == {"swept": 1}


def test_a_rehydration_that_is_killed_goes_on_where_it_was(there: World):
    """Killed after the bus took a batch and before all of it was removed: that part goes out twice, nothing is lost."""
    commit(there, 25)
    committed = there.outbox
    delete, removals = there.tables.delete, iter(range(100))

    class Killed(BaseException):
        pass

    def failing(operation: Any) -> None:
        if next(removals) == 13:
            raise Killed
        delete(operation)

    there.tables.delete = failing  # type: ignore[method-assign]
    event = {"rehydrate": failure(there.clock.time)}
    with pytest.raises(Killed):
        sweeper.handler(event, CONTEXT)
    assert len(pending(there)) == 12

    assert sweeper.handler(event, CONTEXT) == {"swept": 12}
    assert {entry.detail for entry in there.bus.taken} == {item["detail"] for item in committed}


def test_a_schedule_sweeps_and_does_not_rehydrate(there: World):
    commit(there, 1)

    assert sweeper.handler({"detail-type": "Scheduled Event", "detail": {}}, CONTEXT) == {"swept": 0}
    assert pending(there) == [0]


def test_a_pointer_to_nothing_is_refused(there: World):
    with pytest.raises(msgspec.ValidationError, match="DDBStreamBatchInfo"):
        sweeper.handler({"rehydrate": {"no": "pointer"}}, CONTEXT)


def test_a_pointer_is_read_as_lambda_writes_it():
    batch = {"approximateArrivalOfLastRecord": "2019-11-14T00:38:06.021Z"}
    read = msgspec.convert(failure(datetime(2019, 11, 14).astimezone(), **batch), Pointer).batch

    assert read.approximate_arrival_of_last_record.isoformat() == "2019-11-14T00:38:06.021000+00:00"
    assert (read.start_sequence_number, read.end_sequence_number) == ("100", "199")
