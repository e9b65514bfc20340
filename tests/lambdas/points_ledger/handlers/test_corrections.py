"""Corrections: what is taken back and what is owed, forgiven or expired already; and what repays a debt."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lambdas.points_ledger.model.policy import Policy
from pbckit.runtime.subscriber import NotYet
from pbckit.testing.world import BEGIN
from tests.lambdas.points_ledger.outside import Ledger, adjusted, calculated

JULY_2028 = datetime(2028, 7, 1, tzinfo=UTC)
MONTH = timedelta(days=31)
PARTS = ("taken_points", "owed_points", "forgiven_points", "expired_points")


def standing(ledger: Ledger) -> tuple[int, int]:
    """Balance and debt."""
    found = ledger.balance()
    return found.balance_points, found.debt_points


def parts(ledger: Ledger) -> list[tuple[int, ...]]:
    """What the corrections took, was owed, forgiven, and had expired."""
    told: list[dict[str, Any]] = [event["data"] for event in ledger.published("PointsReversed")]
    return [tuple(data[name] for name in PARTS) for data in told]


def test_what_is_given_back_is_taken_from_what_the_member_has(ledger: Ledger):
    ledger.post(calculated(points=10))
    ledger.post(adjusted("a-1", points=-4))

    assert standing(ledger) == (6, 0)
    assert parts(ledger) == [(4, 0, 0, 0)]
    posted, taken = ledger.published()[1:]
    assert (posted["type"], posted["data"]["points"], posted["data"]["balance_points"]) == ("PointsPosted", -4, 6)
    assert (taken["data"]["purchase_id"], taken["data"]["posting_id"]) == ("p-1", "a-1")
    newest = ledger.statement().lines[0]
    assert (newest.kind, newest.points, newest.text) == ("adjusted", -4, "correction a-1")


def test_both_events_of_a_correction_have_a_number_of_their_own(ledger: Ledger):
    ledger.post(calculated(points=10))
    ledger.post(adjusted("a-1", points=-4))
    ledger.post(calculated("p-2", points=10))

    assert [event["metadata"]["sequence"] for event in ledger.published()] == [1, 2, 3, 4]


def test_a_correction_comes_out_of_its_purchases_lot_first(ledger: Ledger):
    ledger.post(calculated("p-july", points=10))
    ledger.post(calculated("p-august", points=10, posted_at=BEGIN + MONTH))
    ledger.post(calculated("p-september", points=10, posted_at=BEGIN + 2 * MONTH))
    ledger.redeem("h-1", 8)

    ledger.post(adjusted("a-1", "p-september", points=-10))
    assert ledger.lots() == {"2028-07": 2, "2028-08": 10}
    ledger.post(adjusted("a-2", "p-july", points=-5))
    assert ledger.lots() == {"2028-08": 7}


def test_what_a_correction_adds_lives_as_long_as_its_purchase(ledger: Ledger):
    ledger.post(calculated(points=10))
    ledger.wait(days=200)
    ledger.post(adjusted("a-1", points=5))

    assert ledger.lots() == {"2028-07": 15}
    assert ledger.published("PointsReversed") == []


def test_what_was_spent_already_is_owed(ledger: Ledger):
    ledger.post(calculated(points=10))
    ledger.redeem("h-1", 7)
    ledger.post(adjusted("a-1", points=-10))

    assert standing(ledger) == (0, 7)
    assert parts(ledger) == [(3, 7, 0, 0)]
    assert ledger.statement().lines[0].debt_points == 7


def test_later_earnings_repay_a_debt_first(ledger: Ledger):
    ledger.post(calculated(points=10))
    ledger.redeem("h-1", 10)
    ledger.post(adjusted("a-1", points=-10))

    ledger.post(calculated("p-2", points=4))
    assert standing(ledger) == (0, 6)
    ledger.post(calculated("p-3", points=9))
    assert standing(ledger) == (3, 0)
    newest = ledger.statement().lines[0]
    assert newest.points == 9
    assert {entry.account: entry.amount_points for entry in newest.entries} == {
        "programme:issued": -9,
        "programme:debt": 6,
        "member:m-1": 3,
    }


def test_what_was_spent_already_is_forgiven_where_the_programme_says_so(
    ledger: Ledger, decide: Callable[[Policy], None]
):
    decide(Policy(shortfall="clamp"))
    ledger.post(calculated(points=10))
    ledger.redeem("h-1", 7)
    ledger.post(adjusted("a-1", points=-10))
    ledger.post(calculated("p-2", points=4))

    assert standing(ledger) == (4, 0)
    assert parts(ledger) == [(3, 0, 7, 0)]


def test_held_points_are_not_taken_and_repay_when_they_are_free(ledger: Ledger):
    ledger.post(calculated(points=10))
    ledger.hold(points=8)
    ledger.post(adjusted("a-1", points=-10))
    assert standing(ledger) == (8, 8)

    assert ledger.post_hold(points=3).released_points == 5
    assert standing(ledger) == (0, 3)


@pytest.mark.parametrize("end", ["voided", "timed-out"])
def test_a_hold_that_ends_repays_a_debt(ledger: Ledger, end: str):
    ledger.post(calculated(points=10))
    ledger.hold(points=8)
    ledger.post(adjusted("a-1", points=-5))
    assert standing(ledger) == (8, 3)

    if end == "voided":
        ledger.void_hold()
    else:
        ledger.wait(hours=1)
    assert standing(ledger) == (5, 0)
    assert ledger.lots() == {"2028-07": 5}


def test_points_of_a_redemption_that_is_given_back_repay_a_debt(ledger: Ledger):
    ledger.post(calculated(points=10))
    ledger.redeem("h-1", 10)
    ledger.post(adjusted("a-1", points=-6))

    assert ledger.reverse().repaid_points == 6
    assert standing(ledger) == (4, 0)


def test_what_expired_of_the_purchase_is_not_taken_a_second_time(ledger: Ledger):
    ledger.post(calculated("p-july", points=10))
    ledger.post(calculated("p-august", points=10, posted_at=BEGIN + MONTH))
    ledger.redeem("h-1", 3)
    ledger.wait_until(JULY_2028)
    ledger.post(adjusted("a-1", "p-july", points=-10))

    assert parts(ledger) == [(3, 0, 0, 7)]
    assert standing(ledger) == (7, 0)
    assert ledger.verify().fault is None


def test_what_expired_excuses_only_so_many_points(ledger: Ledger):
    ledger.post(calculated("p-1", points=10))
    ledger.post(calculated("p-2", points=10))
    ledger.redeem("h-1", 15)
    ledger.wait_until(JULY_2028)
    ledger.post(adjusted("a-1", "p-1", points=-4))
    ledger.post(adjusted("a-2", "p-2", points=-4))

    assert parts(ledger) == [(0, 0, 0, 4), (0, 3, 0, 1)]
    assert standing(ledger) == (0, 3)


def test_expired_points_repay_nothing(ledger: Ledger):
    ledger.post(calculated(points=10))
    ledger.redeem("h-1", 10)
    ledger.post(adjusted("a-1", points=-10))
    ledger.wait_until(JULY_2028)

    assert ledger.reverse().repaid_points == 0
    ledger.post(calculated("p-late", points=5))
    assert standing(ledger) == (0, 10)


def test_a_correction_before_its_purchase_waits_for_it(ledger: Ledger):
    with pytest.raises(NotYet, match="adjustment a-1: purchase p-1 is not booked yet"):
        ledger.post(adjusted("a-1", points=-4))
    ledger.post(calculated(points=10))
    ledger.post(adjusted("a-1", points=-4))

    assert standing(ledger) == (6, 0)
    assert ledger.refusals() == []


def test_a_correction_is_booked_once(ledger: Ledger):
    ledger.post(calculated(points=10))
    ledger.post(adjusted("a-1", points=-4))
    ledger.post(adjusted("a-1", points=-4))
    ledger.post(adjusted("a-1", points=-4), event_id="event-again")

    assert standing(ledger) == (6, 0)
    assert ledger.refusals() == []


def test_the_same_correction_with_other_content_is_refused(ledger: Ledger):
    ledger.post(calculated(points=10))
    ledger.post(calculated("p-2", points=10))
    ledger.post(adjusted("a-1", points=-4))
    ledger.post(adjusted("a-1", "p-2", points=-5), event_id="event-2")
    ledger.post(adjusted("p-2", "p-1", points=10), event_id="event-3")

    assert standing(ledger) == (16, 0)
    assert ledger.refusals() == [
        "ConflictingPosting: posting a-1 was booked before with another points, corrects",
        "ConflictingPosting: posting p-2 was booked before with another kind, text, corrects",
    ]


def test_a_correction_for_another_member_than_its_purchase_is_refused(ledger: Ledger):
    ledger.post(calculated(points=10))
    ledger.post(calculated("p-2", "m-2", points=10))
    ledger.post(adjusted("a-1", "p-1", "m-2"))

    assert ledger.balances() == {"m-1": 10, "m-2": 10}
    assert ledger.refusals() == [
        "ConflictingPosting: adjustment a-1 is for member m-2, and purchase p-1 is booked to m-1"
    ]


def test_a_correction_and_a_hold_at_the_same_moment_use_no_point_twice(ledger: Ledger):
    ledger.post(calculated(points=10))
    ledger.world.tables.before_transaction = lambda: ledger.hold(points=8)
    ledger.post(adjusted("a-1", points=-10))

    assert (ledger.balance().held_points, *standing(ledger)) == (8, 8, 8)
    assert ledger.verify().fault is None
