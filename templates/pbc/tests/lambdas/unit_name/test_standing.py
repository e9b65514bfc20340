"""Purchases are counted once each, told, and answered for."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.cards import PurchasePosted
from contracts.unit_name import STANDING, Standing
from contracts.vocabulary import Merchant, Money
from lambdas.unit_name import note_purchase, standing
from pbckit.testing.calls import Caller, RefusedCall
from pbckit.testing.deliveries import bus_event
from pbckit.testing.world import World, world

BEGIN = datetime(2026, 6, 1, 12, tzinfo=UTC)
deliveries = st.lists(st.tuples(st.sampled_from(["m-1", "m-2"]), st.integers(min_value=0, max_value=9)), max_size=30)
"""Members and numbers of purchases: some come again, and in any order."""


@pytest.fixture
def there() -> World:
    return world("unit-name")


def posted_at(number: int) -> datetime:
    return BEGIN + timedelta(days=number)


def deliver(there: World, member_id: str, number: int) -> None:
    identity = f"{member_id}-{number}"
    purchase = PurchasePosted(
        id=identity,
        member_id=member_id,
        card_product="gold",
        merchant=Merchant(id="shop-1", name="Shop", mcc="5411", country="DE"),
        amount=Money(minor_units=1000, currency="EUR"),
        posted_at=posted_at(number),
    )
    note_purchase.handler.consume(bus_event(purchase, event_id=identity), there.runtime)


def ask(there: World, member_id: str = "m-1") -> Standing:
    return Caller(there).ask(standing.handler, STANDING, member_id=member_id)


def test_a_member_without_purchases_is_refused(there: World):
    with pytest.raises(RefusedCall) as refusal:
        ask(there)

    assert refusal.value.args == ("UnknownMember", "no purchase of member 'm-1' has come")


def test_a_request_outside_its_schema_is_refused_by_field(there: World):
    with pytest.raises(RefusedCall, match=r"InvalidRequest.*\$\.member_id"):
        ask(there, member_id="")


def test_every_change_is_told_in_sequence(there: World):
    deliver(there, "m-1", 1)
    deliver(there, "m-1", 0)

    first, second = Caller(there).published()
    assert (first["type"], first["source"]) == ("StandingChanged", "unit-name")
    assert [one["metadata"]["sequence"] for one in (first, second)] == [1, 2]
    assert [one["data"]["purchases"] for one in (first, second)] == [1, 2]
    assert first["metadata"]["causation_id"] == "m-1-1"


def test_two_purchases_at_once_both_count(there: World):
    there.tables.before_transaction = lambda: deliver(there, "m-1", 2)

    deliver(there, "m-1", 1)

    assert ask(there) == Standing(member_id="m-1", purchases=2, last_posted_at=posted_at(2))


@given(deliveries=deliveries)
def test_each_purchase_counts_once_in_whichever_order_it_comes_and_however_often(deliveries: list[tuple[str, int]]):
    there = world("unit-name")
    for member_id, number in deliveries:
        deliver(there, member_id, number)

    for member_id, count in Counter(member_id for member_id, _ in set(deliveries)).items():
        last = max(number for member, number in deliveries if member == member_id)
        expected = Standing(member_id=member_id, purchases=count, last_posted_at=posted_at(last))
        assert ask(there, member_id) == expected
