"""Chargebacks: all that is left of a purchase is taken back, once, with the reason."""

from datetime import timedelta

import pytest

from pbckit.testing.calls import RefusedCall
from pbckit.testing.world import BEGIN, world
from tests.lambdas.points_calculation.programme import Programme, chargeback_of, refund_of
from tests.lambdas.points_calculation.purchases import purchase, request

POSTED = purchase(1999)
"""Earns 39 points."""


@pytest.fixture
def programme() -> Programme:
    there = Programme(world("points-calculation"))
    there.calculate(request(POSTED))
    return there


def test_a_chargeback_takes_all_points_back_and_says_why(programme: Programme):
    answer = programme.charge_back(chargeback_of(POSTED))

    assert (answer.points, answer.text) == (-39, "chargeback (fraud) of 19.99 EUR on 1 June 2026")
    (told,) = programme.adjusted()
    assert (told.points, told.reason, told.text) == (-39, "refund", answer.text)
    assert (programme.explain("p-1").net_points, programme.explain("p-1").refunded_minor_units) == (0, 1999)


def test_a_chargeback_takes_what_refunds_have_left(programme: Programme):
    programme.refund(refund_of(POSTED, 1000))

    answer = programme.charge_back(chargeback_of(POSTED, reason="dispute"))

    assert (answer.points, answer.text) == (-19, "chargeback (dispute) of 9.99 EUR on 1 June 2026")


def test_the_same_chargeback_again_gets_the_first_answer(programme: Programme):
    first = programme.charge_back(chargeback_of(POSTED))

    assert programme.charge_back(chargeback_of(POSTED)) == first
    assert len(programme.adjusted()) == 1


@pytest.mark.parametrize(
    ("chargeback", "error", "message"),
    [
        (chargeback_of(POSTED, "cb-2"), "NothingToChargeBack", "chargeback cb-2: all of purchase p-1 was given back"),
        (chargeback_of(POSTED, reason="dispute"), "ConflictingRefund", "refund cb-1 came before with another reason"),
        (chargeback_of(POSTED, "cb-2", purchase_id="p-9"), "UnknownPurchase", "'p-9'"),
        (
            chargeback_of(POSTED, "cb-2", charged_back_at=BEGIN + timedelta(days=400)),
            "InstantOutOfRange",
            "charged_back_at of chargeback cb-2 is 2027-07-06",
        ),
    ],
)
def test_what_cannot_be_charged_back_is_refused(programme: Programme, chargeback: object, error: str, message: str):
    programme.charge_back(chargeback_of(POSTED))

    with pytest.raises(RefusedCall) as refusal:
        programme.charge_back(chargeback)  # pyright: ignore[reportArgumentType]

    assert refusal.value.args[0] == error
    assert message in refusal.value.args[1]
    assert len(programme.adjusted()) == 1


def test_after_a_chargeback_nothing_is_left_to_refund_and_no_id_serves_twice(programme: Programme):
    programme.charge_back(chargeback_of(POSTED))

    with pytest.raises(RefusedCall, match="RefundExceedsPurchase"):
        programme.refund(refund_of(POSTED, 1))
    with pytest.raises(RefusedCall, match="in another way"):
        programme.refund(refund_of(POSTED, 1, "cb-1"))


def test_what_is_calculated_anew_after_a_chargeback_stays_taken_back(programme: Programme):
    programme.charge_back(chargeback_of(POSTED))
    programme.recalculate(programme.basis("p-1"), category="hotels")

    assert programme.explain("p-1").net_points == 0
