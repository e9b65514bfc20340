"""Lots: spent earliest expiry first, gone at their month whether a job ran or not, restored as they were."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from contracts.points_ledger import ExpiringPoints, Forecast
from lambdas.points_ledger.model.policy import Policy
from pbckit.testing.calls import RefusedCall
from pbckit.testing.world import BEGIN
from tests.lambdas.points_ledger.outside import FAR_AHEAD, Ledger, calculated

JULY_2028 = datetime(2028, 7, 1, tzinfo=UTC)
MONTH = timedelta(days=31)


@pytest.fixture
def three_lots(ledger: Ledger, decide: Callable[[Policy], None]) -> Ledger:
    """10 points for ever, 20 until August and 30 until July, earned in this order."""
    decide(msgspec.structs.replace(FAR_AHEAD, expiry_months=None))
    ledger.post(calculated("p-never", points=10))
    decide(FAR_AHEAD)
    ledger.post(calculated("p-august", points=20, posted_at=BEGIN + MONTH))
    ledger.post(calculated("p-july", points=30))
    return ledger


def test_points_are_spent_earliest_expiry_first_and_those_for_ever_last(three_lots: Ledger):
    assert three_lots.lots() == {"2028-07": 30, "2028-08": 20, "never": 10}

    three_lots.redeem("h-1", 25)
    assert three_lots.lots() == {"2028-07": 5, "2028-08": 20, "never": 10}
    three_lots.redeem("h-2", 10)
    assert three_lots.lots() == {"2028-08": 15, "never": 10}
    three_lots.redeem("h-3", 20)
    assert three_lots.lots() == {"never": 5}


def test_purchases_of_a_month_share_a_lot(ledger: Ledger):
    for number in range(5):
        ledger.post(calculated(f"p-{number}", points=2, posted_at=BEGIN + timedelta(days=number)))

    assert ledger.lots() == {"2028-07": 10}
    assert len(ledger.due()) == 1


def test_of_a_hold_that_is_posted_in_part_the_latest_lots_are_free_again(three_lots: Ledger):
    three_lots.hold(points=55)
    three_lots.post_hold(points=35)

    assert three_lots.lots() == {"2028-08": 15, "never": 10}


def test_a_void_restores_the_lots(three_lots: Ledger):
    before = three_lots.lots()
    three_lots.hold(points=55)
    three_lots.void_hold()

    assert three_lots.lots() == before


def test_expired_points_are_not_spent_though_no_job_ran(three_lots: Ledger):
    three_lots.wait_until(JULY_2028 - timedelta(seconds=1))
    assert three_lots.balance().spendable_points == 60

    three_lots.wait_until(JULY_2028)
    assert (three_lots.balance().balance_points, three_lots.balance().spendable_points) == (30, 30)
    with pytest.raises(RefusedCall, match="can spend 30 points, not 31"):
        three_lots.hold(points=31, expires_at=three_lots.now + timedelta(minutes=1))
    assert three_lots.redeem("h-2", 30).points == 30
    (event,) = three_lots.published("PointsExpired")
    assert event["data"] == {
        "member_id": "m-1",
        "points": 30,
        "expired_at": "2028-07-01T00:00:00Z",
        "balance_points": 30,
    }


def test_what_expired_stands_in_the_statement_at_its_month(three_lots: Ledger):
    three_lots.wait_until(JULY_2028 + 2 * MONTH)
    three_lots.settle_due()

    august, july = three_lots.statement(limit=2).lines
    assert (july.kind, july.posting_id, july.points, july.balance_points) == ("expired", "2028-07", -30, 30)
    assert (august.posting_id, august.points, august.balance_points) == ("2028-08", -20, 10)
    assert (july.posted_at, august.posted_at) == (JULY_2028, datetime(2028, 8, 1, tzinfo=UTC))
    assert {entry.account: entry.amount_points for entry in july.entries} == {
        "programme:expired": 30,
        "member:m-1": -30,
    }


def test_held_points_do_not_expire_until_the_hold_ends(ledger: Ledger):
    ledger.post(calculated(points=30))
    ledger.wait_until(JULY_2028 - timedelta(days=1))
    ledger.hold("h-1", 10, expires_at=JULY_2028 + timedelta(days=2))
    ledger.hold("h-2", 5, expires_at=JULY_2028 + timedelta(days=3))
    ledger.wait_until(JULY_2028)
    assert (ledger.balance().balance_points, ledger.balance().held_points) == (15, 15)

    assert ledger.post_hold("h-1", points=8).released_points == 2
    assert (ledger.balance().balance_points, ledger.balance().held_points) == (5, 5)
    ledger.wait(days=4)
    ledger.settle_due()
    assert ledger.balance().balance_points == 0
    assert [(line.kind, line.points) for line in ledger.statement(limit=3).lines] == [
        ("expired", -5),
        ("released", 0),
        ("expired", -2),
    ]


def test_points_that_are_posted_after_their_expiry_are_gone_at_once(ledger: Ledger):
    ledger.wait_until(JULY_2028)
    ledger.post(calculated(points=30))

    assert (ledger.balance().balance_points, ledger.lots()) == (0, {})


def test_a_forecast_says_what_expires_when(three_lots: Ledger):
    three_lots.hold(points=12)

    assert three_lots.forecast() == Forecast(
        member_id="m-1",
        expiring=[
            ExpiringPoints(expires_at=JULY_2028, points=18),
            ExpiringPoints(expires_at=datetime(2028, 8, 1, tzinfo=UTC), points=20),
        ],
        lasting_points=10,
    )
    three_lots.wait_until(JULY_2028)
    assert three_lots.lots() == {"2028-08": 20, "never": 10}


def test_a_forecast_counts_a_hold_that_is_over(three_lots: Ledger):
    three_lots.hold(points=12)
    three_lots.wait(hours=1)

    assert three_lots.lots() == {"2028-07": 30, "2028-08": 20, "never": 10}


def test_a_reversal_restores_the_original_lots(three_lots: Ledger):
    before = three_lots.lots()
    three_lots.redeem("h-1", 55)
    given = three_lots.reverse()

    assert (given.points, given.repaid_points) == (55, 0)
    assert three_lots.lots() == before
    (event,) = three_lots.published("RedemptionReversed")
    assert event["data"] == {
        "reversal_id": "r-1",
        "hold_id": "h-1",
        "member_id": "m-1",
        "points": 55,
        "repaid_points": 0,
        "balance_points": 60,
        "forfeited_points": 0,
    }
    newest = three_lots.statement().lines[0]
    assert (newest.kind, newest.posting_id, newest.points, newest.text) == (
        "reversed",
        "r-1",
        55,
        "55 points given back: h-1",
    )


def test_reversals_in_part_go_backwards_and_never_beyond_the_redemption(three_lots: Ledger):
    three_lots.redeem("h-1", 55)

    three_lots.reverse("r-1", points=10)
    assert three_lots.lots() == {"2028-08": 5, "never": 10}
    three_lots.reverse("r-2", points=20)
    assert three_lots.lots() == {"2028-07": 5, "2028-08": 20, "never": 10}
    with pytest.raises(RefusedCall, match="redemption h-1: 25 points are left to give back"):
        three_lots.reverse("r-3", points=26)
    assert three_lots.reverse("r-4").points == 25
    with pytest.raises(RefusedCall, match="redemption h-1: 0 points are left to give back"):
        three_lots.reverse("r-5")
    assert three_lots.lots() == {"2028-07": 30, "2028-08": 20, "never": 10}


def test_points_that_are_given_back_after_their_expiry_are_gone(three_lots: Ledger):
    three_lots.redeem("h-1", 40)
    three_lots.wait_until(JULY_2028)
    three_lots.reverse()

    assert three_lots.lots() == {"2028-08": 20, "never": 10}
    assert three_lots.balance().balance_points == 30


def test_the_same_reversal_again_gives_nothing_more_back(three_lots: Ledger):
    three_lots.redeem("h-1", 40)
    first = three_lots.reverse(points=10)
    three_lots.wait(hours=1)

    assert three_lots.reverse(points=10) == first
    with pytest.raises(RefusedCall) as refusal:
        three_lots.reverse(points=11)
    assert refusal.value.args == ("ConflictingReversal", "reversal r-1 came before with another points")
    assert three_lots.balance().balance_points == 30


def test_two_reversals_at_the_same_moment_give_back_no_more_than_was_spent(three_lots: Ledger):
    three_lots.redeem("h-1", 40)
    three_lots.world.tables.before_transaction = lambda: three_lots.reverse("r-2", points=30)

    with pytest.raises(RefusedCall, match="10 points are left"):
        three_lots.reverse("r-1", points=30)
    assert three_lots.balance().balance_points == 50


@pytest.mark.parametrize("end", ["open", "voided", "never"])
def test_only_what_was_spent_is_given_back(three_lots: Ledger, end: str):
    if end != "never":
        three_lots.hold(points=5)
    if end == "voided":
        three_lots.void_hold()

    with pytest.raises(RefusedCall) as refusal:
        three_lots.reverse()
    assert refusal.value.args == ("UnknownRedemption", "no points were spent under 'h-1'")
