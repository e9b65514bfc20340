"""Refunds: in proportion, exactly, never more than the purchase, and never twice."""

from datetime import datetime, timedelta, timezone
from itertools import accumulate, pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.vocabulary import MOST_POINTS, Money
from lambdas.points_calculation.model.refunds import kept
from pbckit.testing.calls import CORRELATION, RefusedCall
from pbckit.testing.world import BEGIN, world
from tests.lambdas.points_calculation.programme import Programme, refund_of
from tests.lambdas.points_calculation.purchases import purchase, request

POSTED = purchase(1999)
"""Earns 39 points."""

all_points = st.integers(min_value=0, max_value=MOST_POINTS)
parts = st.lists(st.integers(min_value=1, max_value=10**9), min_size=1, max_size=6)


@pytest.fixture
def programme() -> Programme:
    there = Programme(world("points-calculation"))
    there.calculate(request(POSTED))
    return there


@given(points=all_points, split=parts)
def test_a_split_refund_takes_back_what_one_refund_would(points: int, split: list[int]):
    amount = sum(split)
    steps = [kept(points, amount, refunded) for refunded in accumulate(split, initial=0)]

    assert (steps[0], steps[-1]) == (points, 0)
    assert all(before >= after for before, after in pairwise(steps))


@given(points=all_points, split=parts, more=st.integers(min_value=0, max_value=10**9))
def test_what_is_kept_depends_on_how_much_was_given_back_and_not_on_how(points: int, split: list[int], more: int):
    amount, refunded = sum(split) + more, sum(split)
    exact = points * (amount - refunded)

    assert 0 <= exact - kept(points, amount, refunded) * amount < amount


def test_a_refund_takes_points_back_and_tells_the_ledger(programme: Programme):
    answer = programme.refund(refund_of(POSTED, 1000))

    # 999 of 1999 cents are kept: 39 * 999 / 1999 = 19.49.
    assert (answer.points, answer.text) == (-20, "refund of 10.00 EUR on 1 June 2026")
    (told,) = programme.adjusted()
    assert (told.adjustment_id, told.purchase_id, told.member_id) == (answer.adjustment_id, "p-1", "m-1")
    assert (told.points, told.reason, told.text) == (-20, "refund", answer.text)
    metadata = programme.published()[-1]["metadata"]
    assert (metadata["aggregate_id"], metadata["sequence"], metadata["correlation_id"]) == ("p-1", 2, CORRELATION)


def test_the_explanation_says_what_was_taken_back(programme: Programme):
    programme.refund(refund_of(POSTED, 1000))
    programme.refund(refund_of(POSTED, 999, "r-2"))
    calculation = programme.explain("p-1")

    assert (calculation.points, calculation.net_points, calculation.refunded_minor_units) == (39, 0, 1999)
    assert [(one.number, one.points, one.refund_id) for one in calculation.adjustments] == [
        (1, -20, "r-1"),
        (2, -19, "r-2"),
    ]


def test_an_explanation_is_of_one_moment(programme: Programme):
    programme.refund(refund_of(POSTED, 1000))
    programme.world.tables.before_query = lambda: programme.refund(refund_of(POSTED, 999, "r-2")) and None
    calculation = programme.explain("p-1")

    assert (calculation.net_points, calculation.refunded_minor_units) == (19, 1000)
    assert [one.refund_id for one in calculation.adjustments] == ["r-1"]


def test_a_refund_too_small_for_a_point_is_kept_and_counts(programme: Programme):
    """39 points for 1999 cents: 51 cents are a point, and rounding takes the first one at once."""
    taken = [programme.refund(refund_of(POSTED, 1, f"r-{number}")).points for number in range(3)]

    assert taken == [-1, 0, 0]
    assert programme.explain("p-1").refunded_minor_units == 3
    assert len(programme.adjusted()) == 3


def test_the_same_refund_again_gets_the_first_answer_and_no_second_event(programme: Programme):
    first = programme.refund(refund_of(POSTED, 1000))
    programme.refund(refund_of(POSTED, 500, "r-2"))

    assert programme.refund(refund_of(POSTED, 1000)) == first
    assert len(programme.adjusted()) == 2


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"amount": Money(minor_units=999, currency="EUR")}, "amount"),
        ({"purchase_id": "p-2"}, "purchase_id"),
        ({"refunded_at": BEGIN + timedelta(days=1)}, "refunded_at"),
    ],
)
def test_the_same_id_with_other_content_is_refused(programme: Programme, changes: dict[str, Any], named: str):
    programme.refund(refund_of(POSTED, 1000))

    with pytest.raises(RefusedCall) as refusal:
        programme.refund(refund_of(POSTED, 1000, **changes))

    assert refusal.value.args == ("ConflictingRefund", f"refund r-1 came before with another {named}")
    assert len(programme.adjusted()) == 1


@pytest.mark.parametrize(
    ("given_back", "error", "message"),
    [
        (refund_of(POSTED, 2000), "RefundExceedsPurchase", "refund r-1 of 2000 minor units: 1999 are left"),
        (refund_of(POSTED, 1000, purchase_id="p-404"), "UnknownPurchase", "'p-404'"),
        (
            refund_of(POSTED, 1, amount=Money(minor_units=1, currency="USD")),
            "CurrencyMismatch",
            "refund r-1 is in USD, purchase p-1 in EUR",
        ),
        (
            msgspec.structs.replace(refund_of(POSTED, 1), amount=Money(minor_units=0, currency="EUR")),
            "InvalidRequest",
            "refund.amount.minor_units is",
        ),
    ],
)
def test_what_is_no_refund_of_the_purchase_is_refused_and_leaves_nothing(
    programme: Programme, given_back: Any, error: str, message: str
):
    before = programme.world.store

    with pytest.raises(RefusedCall) as refusal:
        programme.refund(given_back)

    assert refusal.value.args[0] == error
    assert message in refusal.value.args[1]
    assert programme.world.store == before
    assert programme.adjusted() == []


def test_refunds_together_cannot_exceed_the_purchase(programme: Programme):
    programme.refund(refund_of(POSTED, 1500))

    with pytest.raises(RefusedCall, match="RefundExceedsPurchase"):
        programme.refund(refund_of(POSTED, 500, "r-2"))

    assert programme.refund(refund_of(POSTED, 499, "r-3")).points == -9


def test_two_refunds_at_the_same_moment_take_back_what_both_give_back(programme: Programme):
    there = programme.world
    there.tables.before_transaction = lambda: programme.refund(refund_of(POSTED, 1000, "r-2"))

    programme.refund(refund_of(POSTED, 999))

    assert sum(one.points for one in programme.adjusted()) == -39
    assert programme.explain("p-1").net_points == 0


def test_the_same_refund_twice_at_the_same_moment_counts_once(programme: Programme):
    faster: list[Any] = []
    there = programme.world
    there.tables.before_transaction = lambda: faster.append(programme.refund(refund_of(POSTED, 1000)))

    assert [programme.refund(refund_of(POSTED, 1000))] == faster
    assert len(programme.adjusted()) == 1


@pytest.mark.parametrize(
    ("currency", "minor_units", "written"),
    [("JPY", 1999, "1999 JPY"), ("KWD", 1999, "1.999 KWD"), ("EUR", 5, "0.05 EUR")],
)
def test_a_refund_is_written_in_its_currency(currency: str, minor_units: int, written: str):
    programme = Programme(world("points-calculation"))
    posted = purchase(minor_units, currency)
    programme.calculate(request(posted))

    assert programme.refund(refund_of(posted, minor_units)).text == f"refund of {written} on 1 June 2026"


def test_an_adjustment_has_an_id_that_is_no_purchases():
    """However long the purchase's id is, and whatever other purchases are called."""
    programme = Programme(world("points-calculation"))
    posted = purchase(1999, id="p" * 64)
    programme.calculate(request(posted))
    first = programme.refund(refund_of(posted, 1)).adjustment_id
    second = programme.refund(refund_of(posted, 1, "r-2")).adjustment_id

    assert first != second
    assert len(first) <= 64
    assert first not in (posted.id, f"{posted.id}.v1")


def test_adjustments_of_purchases_that_are_called_alike_have_different_ids():
    programme = Programme(world("points-calculation"))
    alike = [purchase(id=f"{'p' * 40}-{number}") for number in range(2)]
    for posted in alike:
        programme.calculate(request(posted))

    ids = [programme.refund(refund_of(posted, 1, f"r-{posted.id}")).adjustment_id for posted in alike]
    assert len(set(ids)) == 2


def test_the_day_of_a_refund_is_that_of_utc_as_in_the_text_of_a_rate(programme: Programme):
    elsewhere = BEGIN.replace(day=2, hour=1).astimezone(timezone(timedelta(hours=10)))
    answer = programme.refund(msgspec.structs.replace(refund_of(POSTED, 1000), refunded_at=elsewhere))

    assert answer.text == "refund of 10.00 EUR on 2 June 2026"
    before_midnight = datetime(2026, 6, 2, 1, tzinfo=timezone(timedelta(hours=2)))
    again = msgspec.structs.replace(refund_of(POSTED, 500), id="refund-2", refunded_at=before_midnight)
    assert programme.refund(again).text == "refund of 5.00 EUR on 1 June 2026"
