"""Events are counted once each, published, and answered for."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.source_name import EventName
from contracts.unit_name import TALLY, Tally
from lambdas.unit_name import count_events, tally
from pbckit.contracts.examples import event_example
from pbckit.testing.calls import Caller, RefusedCall
from pbckit.testing.deliveries import bus_event
from pbckit.testing.world import World, world

BEGIN = datetime(2026, 6, 1, 12, tzinfo=UTC)
deliveries = st.lists(st.tuples(st.sampled_from(["m-1", "m-2"]), st.integers(min_value=0, max_value=9)), max_size=30)
"""Keys and numbers of events: some come again, and in any order."""


@pytest.fixture
def there() -> World:
    return world("unit-name")


def occurred_at(number: int) -> datetime:
    return BEGIN + timedelta(days=number)


def deliver(there: World, field_name: str, number: int) -> None:
    event = msgspec.convert({**event_example(EventName)["data"], "field_name": field_name}, EventName)
    body = bus_event(event, event_id=f"{field_name}-{number}", occurred_at=occurred_at(number))
    count_events.handler.consume(body, there.runtime)


def ask(there: World, field_name: str = "m-1") -> Tally:
    return Caller(there).ask(tally.handler, TALLY, field_name=field_name)


def test_what_nothing_was_counted_of_is_refused(there: World):
    with pytest.raises(RefusedCall) as refusal:
        ask(there)

    assert refusal.value.args == ("NothingCounted", "no event of 'm-1' has come")


def test_a_request_outside_its_schema_is_refused_by_field(there: World):
    with pytest.raises(RefusedCall, match=r'InvalidRequest.*field_name is ""'):
        ask(there, field_name="")


def test_every_change_is_published_in_sequence(there: World):
    deliver(there, "m-1", 1)
    deliver(there, "m-1", 0)

    first, second = Caller(there).published()
    assert (first["type"], first["source"]) == ("UnitNameChanged", "unit-name")
    assert [one["metadata"]["sequence"] for one in (first, second)] == [1, 2]
    assert [one["data"]["events"] for one in (first, second)] == [1, 2]
    assert first["metadata"]["causation_id"] == "m-1-1"


def test_two_events_at_once_both_count(there: World):
    there.tables.before_transaction = lambda: deliver(there, "m-1", 2)

    deliver(there, "m-1", 1)

    assert ask(there) == Tally(field_name="m-1", events=2, last_at=occurred_at(2))


@given(deliveries=deliveries)
def test_each_event_counts_once_in_whichever_order_it_comes_and_however_often(deliveries: list[tuple[str, int]]):
    there = world("unit-name")
    for field_name, number in deliveries:
        deliver(there, field_name, number)

    for field_name, count in Counter(field_name for field_name, _ in set(deliveries)).items():
        last = max(number for key, number in deliveries if key == field_name)
        assert ask(there, field_name) == Tally(field_name=field_name, events=count, last_at=occurred_at(last))
