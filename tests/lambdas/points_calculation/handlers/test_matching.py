"""Refunds that name no purchase: of the one that fits, and of none where several do."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from contracts.vocabulary import Merchant, Money
from pbckit.testing.calls import RefusedCall
from pbckit.testing.world import BEGIN, world
from tests.lambdas.points_calculation.programme import Programme, posted_refund_of, refund_of
from tests.lambdas.points_calculation.purchases import purchase, request

POSTED = purchase(1999)
"""Earns 39 points."""
ELSEWHERE = Merchant(id="shop-2", name="Osteria", mcc="5812", country="IT")


@pytest.fixture
def programme() -> Programme:
    there = Programme(world("points-calculation"))
    there.calculate(request(POSTED))
    return there


def refusal(programme: Programme, **changes: Any) -> tuple[str, str]:
    with pytest.raises(RefusedCall) as refused:
        programme.match_refund(posted_refund_of(POSTED, 1000, **changes))
    name, message = refused.value.args
    return name, message


def test_a_refund_without_a_purchase_takes_points_back_of_the_one_that_fits(programme: Programme):
    answer = programme.match_refund(posted_refund_of(POSTED, 1000))

    assert (answer.purchase_id, answer.points, answer.text) == ("p-1", -20, "refund of 10.00 EUR on 1 June 2026")
    assert [one.points for one in programme.adjusted()] == [-20]
    assert programme.explain("p-1").refunded_minor_units == 1000


@pytest.mark.parametrize(
    "other",
    [
        {"member_id": "m-2"},
        {"merchant": ELSEWHERE},
        {"card_product": "classic"},
        {"amount": Money(minor_units=999, currency="EUR")},
        {"amount": Money(minor_units=1999, currency="USD")},
        {"posted_at": BEGIN - timedelta(days=181)},
        {"posted_at": BEGIN + timedelta(days=2)},
    ],
)
def test_what_does_not_fit_is_no_candidate(programme: Programme, other: dict[str, Any]):
    rated = request(purchase(id="p-2", **other))
    currency = rated.purchase.amount.currency
    programme.calculate(
        msgspec.structs.replace(rated, rate=msgspec.structs.replace(rated.rate, billing_currency=currency))
    )

    assert programme.match_refund(posted_refund_of(POSTED, 1000)).purchase_id == "p-1"


@pytest.mark.parametrize("posted_at", [BEGIN - timedelta(days=180), BEGIN + timedelta(days=1)])
def test_where_several_fit_none_is_chosen_and_the_refusal_lists_them(programme: Programme, posted_at: Any):
    programme.calculate(request(purchase(2500, id="p-2", posted_at=posted_at)))

    name, message = refusal(programme)

    assert name == "SeveralMatchingPurchases"
    listed = sorted([(posted_at, f"p-2 (2500 on {posted_at:%Y-%m-%d})"), (BEGIN, "p-1 (1999 on 2026-06-01)")])
    assert message == (
        "refund r-1 of 1000 minor units in EUR for member m-1 at merchant shop-1 fits several purchases: "
        f"{', '.join(text for _, text in listed)}; refund one of them by its id"
    )
    assert programme.adjusted() == []


def test_a_refusal_lists_no_more_than_ten(programme: Programme):
    for number in range(12):
        programme.calculate(request(purchase(id=f"p-more-{number}")))

    _, message = refusal(programme)

    assert (message.count("1999 on"), message.endswith(" and more; refund one of them by its id")) == (10, True)


def test_a_purchase_that_was_given_back_is_no_candidate(programme: Programme):
    programme.calculate(request(purchase(2500, id="p-2")))
    programme.refund(refund_of(POSTED, 1000, "r-0"))

    assert programme.match_refund(posted_refund_of(POSTED, 1000)).purchase_id == "p-2"


@pytest.mark.parametrize(
    "changes",
    [
        {"member_id": "m-2"},
        {"merchant_id": "shop-2"},
        {"card_product": "classic"},
        {"amount": Money(minor_units=2000, currency="EUR")},
        {"amount": Money(minor_units=1000, currency="USD")},
    ],
)
def test_where_none_fits_the_refusal_says_what_was_looked_for(programme: Programme, changes: dict[str, Any]):
    name, message = refusal(programme, **changes)

    assert name == "NoMatchingPurchase"
    assert message.startswith("refund r-1 of ")
    assert message.endswith("in the 180 days before has as much left; refund it by its purchase's id")
    assert programme.adjusted() == []


def test_what_was_matched_once_stays_matched(programme: Programme):
    first = programme.match_refund(posted_refund_of(POSTED, 1000))
    programme.calculate(request(purchase(2500, id="p-2")))

    assert programme.match_refund(posted_refund_of(POSTED, 1000)) == first
    assert len(programme.adjusted()) == 1


def test_the_same_id_with_other_content_is_refused(programme: Programme):
    programme.match_refund(posted_refund_of(POSTED, 1000))

    assert refusal(programme, merchant_id="shop-2") == (
        "ConflictingRefund",
        "refund r-1 came before with another merchant_id",
    )
    with pytest.raises(RefusedCall) as refused:
        programme.refund(refund_of(POSTED, 1000))
    assert refused.value.args == ("ConflictingRefund", "refund r-1 came before for purchase p-1, in another way")


def test_a_refund_that_a_person_matched_is_not_matched_again(programme: Programme):
    programme.refund(refund_of(POSTED, 1000))

    assert refusal(programme) == ("ConflictingRefund", "refund r-1 came before for purchase p-1, in another way")


def test_two_refunds_at_the_same_moment_do_not_take_the_same_amount_twice(programme: Programme):
    programme.world.tables.before_transaction = lambda: programme.match_refund(posted_refund_of(POSTED, 1500, "r-2"))

    assert refusal(programme)[0] == "NoMatchingPurchase"
    assert programme.explain("p-1").refunded_minor_units == 1500


def test_a_refund_of_an_impossible_day_is_refused(programme: Programme):
    name, message = refusal(programme, refunded_at=BEGIN.replace(year=1990))

    assert name == "InstantOutOfRange"
    assert message.startswith("refunded_at of refund r-1 is 1990-06-01")
