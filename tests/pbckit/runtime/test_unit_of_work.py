"""State, inbox marker and events: together or not at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from contracts.points_ledger import PointsPosted
from pbckit.runtime.identifiers import derived_event_id
from pbckit.runtime.outbox import LARGEST_EVENT_BYTES, EventTooLarge, outgoing
from pbckit.runtime.ports import ConditionFailed, Delete, Put, TransactionConflict, TransactionTooLarge, Update
from pbckit.runtime.unit_of_work import (
    AlreadyHandled,
    ConflictingMessage,
    MessageContext,
    StillContended,
    UnitOfWork,
    check_inbox,
    fingerprint,
    retry_on_conflict,
)
from pbckit.testing.world import BEGIN, OUTBOX, STORE, World, world

EVENT = PointsPosted(posting_id="p", member_id="m", points=1, balance_points=1)
STATE = Put(table=STORE, item={"pk": "a", "sk": "b", "value": 1}, read_as=dict)


def cause(event_id: str | None = "e-1", content: str = "same") -> MessageContext:
    return MessageContext(
        correlation_id="c", causation_id="before", trace_header="Root=1", event_id=event_id, fingerprint=content
    )


def work(there: World, why: MessageContext) -> UnitOfWork:
    unit = UnitOfWork(there.runtime, why)
    unit.add(STATE)
    unit.publish(EVENT, sequence=3)
    return unit


@pytest.fixture
def there() -> World:
    return world("points-ledger")


def test_state_marker_and_event_are_committed_together(there: World):
    work(there, cause()).commit()

    assert there.store == [STATE.item]
    assert [marker["pk"] for marker in there.inbox] == ["inbox#e-1"]
    (item,) = there.outbox
    assert (item["source"], item["detail_type"], item["pending"]) == ("points-ledger", "PointsPosted", "pending")
    assert (item["aggregate_id"], item["sequence"]) == ("m", 3)


def test_the_envelope_says_what_why_and_when(there: World):
    work(there, cause()).commit()

    (item,) = there.outbox
    envelope = msgspec.json.decode(item["detail"])
    occurred_at = (BEGIN + timedelta(milliseconds=1)).isoformat().replace("+00:00", "Z")
    assert envelope["data"] == msgspec.to_builtins(EVENT)
    assert envelope["metadata"] == {
        "event_id": item["event_id"],
        "occurred_at": occurred_at,
        "schema_version": 1,
        "aggregate_id": "m",
        "sequence": 3,
        "correlation_id": "c",
        "causation_id": "before",
        "trace_header": "Root=1",
        "began_at": None,
    }
    assert outgoing(item).entry.trace_header == "Root=1"
    assert "expires_at" not in item


@pytest.mark.parametrize("place", ["before", "after"])
def test_nothing_is_committed_when_a_condition_fails(there: World, place: str):
    failing = Put(table=STORE, item={"pk": "x", "sk": "y"}, read_as=dict, expect={"version": 7})
    unit = UnitOfWork(there.runtime, cause())
    unit.add(*([failing, STATE] if place == "before" else [STATE, failing]))
    unit.publish(EVENT, sequence=1)

    with pytest.raises(ConditionFailed) as failure:
        unit.commit()

    assert failure.value.failed == (failing,)
    assert (there.store, there.inbox, there.outbox) == ([], [], [])


def test_an_event_that_was_handled_is_told_apart_by_its_id(there: World):
    work(there, cause()).commit()

    with pytest.raises(AlreadyHandled):
        work(there, cause()).commit()

    assert len(there.outbox) == 1


def test_the_same_id_with_other_content_is_refused(there: World):
    work(there, cause()).commit()

    with pytest.raises(ConflictingMessage, match="e-1 was handled before with other content"):
        work(there, cause(content="other")).commit()

    assert len(there.outbox) == 1


def test_the_inbox_can_be_asked_beforehand(there: World):
    check_inbox(there.runtime, cause())
    work(there, cause()).commit()

    with pytest.raises(AlreadyHandled):
        check_inbox(there.runtime, cause())
    with pytest.raises(ConflictingMessage):
        check_inbox(there.runtime, cause(content="other"))


def test_a_call_leaves_no_marker(there: World):
    work(there, cause(event_id=None)).commit()
    work(there, cause(event_id=None)).commit()

    assert there.inbox == []
    assert len(there.outbox) == 2


def test_the_marker_outlives_the_inbox_window(there: World):
    work(there, cause()).commit()

    (marker,) = there.inbox
    assert marker["expires_at"] >= int((BEGIN + timedelta(days=there.runtime.inbox_days)).timestamp())


def test_a_conflict_is_tried_again_with_growing_pauses(there: World):
    there.tables.conflicts = 8
    work(there, cause()).commit()

    assert len(there.outbox) == 1
    pauses = there.clock.slept
    assert len(pauses) == 8
    assert len(set(pauses)) == 8
    assert all(pause <= min(1.0, 0.02 * 2**attempt) for attempt, pause in enumerate(pauses))


def test_a_conflict_that_never_ends_is_raised(there: World):
    there.tables.conflicts = 1000

    with pytest.raises(TransactionConflict):
        work(there, cause()).commit()

    assert (there.store, there.outbox) == ([], [])
    assert sum(there.clock.slept) < 20


def test_more_operations_than_a_transaction_takes_are_refused(there: World):
    unit = UnitOfWork(there.runtime, cause())
    unit.add(*(Put(table=STORE, item={"pk": str(number), "sk": ""}, read_as=dict) for number in range(99)))
    unit.commit()
    unit = UnitOfWork(there.runtime, cause("e-2"))
    unit.add(*(Put(table=STORE, item={"pk": str(number), "sk": "x"}, read_as=dict) for number in range(100)))

    with pytest.raises(TransactionTooLarge, match="101 operations; a transaction takes 100"):
        unit.commit()

    assert len(there.store) == 99


def test_more_bytes_than_a_transaction_takes_are_refused(there: World):
    unit = UnitOfWork(there.runtime, cause())
    unit.add(*(Put(table=STORE, item={"pk": str(n), "sk": "", "text": "x" * 399_000}, read_as=dict) for n in range(11)))

    with pytest.raises(TransactionTooLarge, match=r"bytes; a transaction takes 4194304"):
        unit.commit()


def test_an_event_that_the_bus_would_never_take_is_refused_when_it_is_committed(there: World):
    large = msgspec.structs.replace(EVENT, hash="☕" * (LARGEST_EVENT_BYTES // 3))

    with pytest.raises(EventTooLarge, match=r"PointsPosted of m: .* bytes; EventBridge takes 262144"):
        UnitOfWork(there.runtime, cause()).publish(large, sequence=1)


def test_work_on_what_others_changed_is_done_anew(there: World):
    counter = {"pk": "counter", "sk": "counter"}

    def increment() -> Callable[[], None]:
        def attempt() -> None:
            version = (there.tables.get(STORE, counter) or {}).get("version")
            unit = UnitOfWork(there.runtime, cause(event_id=None))
            change = {"version": (version or 0) + 1}
            unit.add(Update(table=STORE, key=counter, read_as=dict, set=change, expect={"version": version}))
            unit.commit()

        return attempt

    there.tables.before_transaction = increment()
    retry_on_conflict(increment(), there.runtime)

    assert there.store == [{**counter, "version": 2}]


def test_work_that_is_never_fresh_is_given_up(there: World):
    attempts: list[int] = []

    def never() -> None:
        attempts.append(1)
        raise ConditionFailed([])

    with pytest.raises(StillContended):
        retry_on_conflict(never, there.runtime)

    assert len(attempts) == 12


def test_spacing_and_order_of_fields_are_not_content():
    assert fingerprint(b'{"a": 1, "b": {"c": [1, 2], "d": null}}') == fingerprint(b'{"b":{"d":null,"c":[1,2]},"a":1}')


@pytest.mark.parametrize("other", [b'{"a":2}', b'{"a":"1"}', b'{"a":1,"b":null}', b'{"A":1}', b'[{"a":1}]'])
def test_other_content_has_another_fingerprint(other: bytes):
    assert fingerprint(other) != fingerprint(b'{"a":1}')


def test_what_follows_from_an_event_has_the_same_id_whenever_it_is_handled():
    ids = []
    for _ in range(2):
        there = world("points-ledger")
        work(there, cause()).commit()
        ids.append(there.outbox[0]["event_id"])

    assert ids[0] == ids[1]


def test_ids_tell_apart_causes_units_kinds_and_positions():
    made = {
        derived_event_id(*of)
        for of in [("e", "u", "n", 0), ("f", "u", "n", 0), ("e", "v", "n", 0), ("e", "u", "m", 0), ("e", "u", "n", 1)]
    }

    assert len(made) == 5


def test_several_events_of_one_cause_have_ids_of_their_own(there: World):
    unit = work(there, cause())
    unit.publish(EVENT, sequence=4)
    unit.commit()

    assert len({item["event_id"] for item in there.outbox}) == 2


def test_what_no_event_caused_gets_a_new_id_each_time():
    ids = []
    for seed in range(2):
        there = world("points-ledger", seed=seed)
        work(there, cause(event_id=None)).commit()
        ids.append(there.outbox[0]["event_id"])

    assert ids[0] != ids[1]


def test_an_emptied_consumer_is_rebuilt_and_what_it_tells_has_the_same_id(there: World):
    """The archive is replayed into it: the same state; what it tells anew says so, and whoever was told knows it."""
    work(there, cause()).commit()
    (told,) = there.outbox
    there.tables.transact([Delete(table=OUTBOX, key={"event_id": told["event_id"]})])
    for item in (*there.store, *there.inbox):
        there.tables.transact([Delete(table=STORE, key={"pk": item["pk"], "sk": item["sk"]})])
    assert there.store == there.inbox == []

    unit = UnitOfWork(there.runtime, replace(cause(), replay="r-1"))
    unit.add(STATE)
    unit.publish(msgspec.structs.replace(EVENT, balance_points=99), sequence=1)
    unit.commit()

    assert there.store == [STATE.item]
    assert [marker["pk"] for marker in there.inbox] == ["inbox#e-1"]
    (again,) = there.outbox
    assert again["event_id"] == told["event_id"]
    assert (again["replay"], "replay" in told) == ("r-1", False)


def test_what_still_lies_in_the_outbox_is_not_told_otherwise(there: World):
    work(there, cause()).commit()
    before = there.outbox
    there.tables.transact([Delete(table=STORE, key={"pk": "inbox#e-1", "sk": "marker"})])
    unit = UnitOfWork(there.runtime, cause())
    unit.publish(msgspec.structs.replace(EVENT, balance_points=99), sequence=1)
    unit.commit()

    assert there.outbox == before


def test_in_a_replay_whoever_was_told_keeps_what_it_knows(there: World):
    work(there, cause()).commit()

    with pytest.raises(ConflictingMessage):
        check_inbox(there.runtime, replace(cause(), fingerprint="other"))
    with pytest.raises(AlreadyHandled):
        check_inbox(there.runtime, replace(cause(), fingerprint="other", replay="r-1"))


def test_a_state_that_is_not_as_expected_still_stops_what_was_told_before(there: World):
    work(there, cause()).commit()
    there.tables.transact([Delete(table=STORE, key={"pk": "inbox#e-1", "sk": "marker"})])
    unit = UnitOfWork(there.runtime, cause())
    unit.add(Put(table=STORE, item=STATE.item, read_as=dict, expect={"pk": None}))
    unit.publish(EVENT, sequence=3)

    with pytest.raises(ConditionFailed):
        unit.commit()
    assert there.inbox == []
