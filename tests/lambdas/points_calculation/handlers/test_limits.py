"""What no purchase may outgrow: the calendar, and one transaction."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from lambdas.points_calculation.handlers import calculate, refund
from lambdas.points_calculation.services.bounds import Bounds, read
from lambdas.points_calculation.services.earning import MOST_COUNTERS
from pbckit.runtime.environment import InvalidEnvironment
from pbckit.testing.calls import RefusedCall
from pbckit.testing.world import BEGIN, world
from tests.lambdas.points_calculation.programme import Programme, refund_of
from tests.lambdas.points_calculation.purchases import RATE, fixed, purchase, request

OF_ANOTHER_AGE = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(990, 6, 1, tzinfo=UTC),
    BEGIN - timedelta(days=11),
    BEGIN + timedelta(days=3),
]


@pytest.fixture
def programme(monkeypatch: pytest.MonkeyPatch) -> Programme:
    for handler in (calculate, refund):
        monkeypatch.setattr(handler, "bounds", lambda: Bounds(days_back=10, days_ahead=2))
    return Programme(world("points-calculation"))


@pytest.mark.parametrize("instant", OF_ANOTHER_AGE)
def test_a_purchase_of_another_age_is_refused_and_nothing_is_kept_of_it(programme: Programme, instant: datetime):
    with pytest.raises(RefusedCall, match=r"posted_at of purchase p-1 is .*; allowed: from 2026-05-22") as refusal:
        programme.calculate(request(purchase(posted_at=instant)))
    assert refusal.value.args[0] == "InstantOutOfRange"
    assert programme.world.store == programme.published() == []


@pytest.mark.parametrize("instant", OF_ANOTHER_AGE)
def test_a_refund_of_another_age_is_refused(programme: Programme, instant: datetime):
    programme.calculate(request(purchase()))
    with pytest.raises(RefusedCall, match=r"refunded_at of refund r-1 is .*, 10 days back and 2 ahead") as refusal:
        programme.refund(msgspec.structs.replace(refund_of(purchase(), 100), refunded_at=instant))
    assert refusal.value.args[0] == "InstantOutOfRange"


def test_a_purchase_that_was_calculated_stays_calculated_however_old_it_is(programme: Programme):
    """A queue may bring it again much later: it is known, and not refused."""
    first = programme.calculate(request(purchase()))
    programme.world.clock.time += timedelta(days=100)
    assert programme.calculate(request(purchase())) == first


def test_more_caps_than_a_transaction_takes_are_a_refusal(programme: Programme):
    capped = {"points_per_member_month": 1000, "budget_points": 1000}
    many = [fixed(1, f"c-{number}", **capped) for number in range(MOST_COUNTERS // 2 + 1)]
    with pytest.raises(RefusedCall, match=r"counts towards 82 caps at once; allowed: 80") as refusal:
        programme.calculate(request(purchase(), *many))
    assert refusal.value.args[0] == "TooManyCaps"

    rate = msgspec.structs.replace(RATE, points_per_member_month=10_000)
    programme.calculate(request(purchase(), *many[:39], rate=rate, fallbacks=["category"]))


@pytest.mark.parametrize("variables", [{"DAYS_BACK": "0"}, {"DAYS_BACK": "many"}, {"DAYS_AHEAD": "367"}])
def test_wrong_bounds_are_named(variables: dict[str, str]):
    (name,) = variables
    with pytest.raises(InvalidEnvironment, match=name):
        read(variables)


def test_bounds_have_defaults():
    assert read({}) == Bounds(days_back=3650, days_ahead=2)


def test_the_last_moment_of_june_counts_in_june_however_many_digits_it_has(programme: Programme):
    programme.world.clock.time = datetime(2026, 7, 1, tzinfo=UTC)
    rate = msgspec.structs.replace(RATE, points_per_member_month=10_000)
    asked = msgspec.to_builtins(request(purchase(), rate=rate))
    asked["purchase"]["posted_at"] = "2026-06-30T23:59:59.9999999Z"
    call = {"metadata": {"correlation_id": "c"}, "data": asked}
    reply = calculate.handler.answer(call, programme.world.runtime)

    assert reply["answer"]["points"] == 39
    (counter,) = [item["pk"] for item in programme.world.store if item["pk"].startswith("counter#")]
    assert counter.startswith("counter#2026-06#m-1#")
