"""Postings are counted once each, in the month in which they were booked, and make a tier."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.tiers import MemberTier
from pbckit.testing.calls import RefusedCall
from tests.lambdas.tiers.unit import Tiers

JUNE = datetime(2026, 6, 15, 12, tzinfo=UTC)
JULY_A_YEAR_LATER = datetime(2027, 7, 1, tzinfo=UTC)
A_YEAR_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def tiers() -> Tiers:
    there = Tiers(JUNE)
    there.set(A_YEAR_AGO)
    return there


def test_a_member_of_whom_nothing_was_counted_is_refused(tiers: Tiers):
    with pytest.raises(RefusedCall) as refusal:
        tiers.ask()
    assert refusal.value.args == ("UnknownMember", "no points of member 'm-1' were counted")


def test_points_make_a_tier_that_says_what_the_next_one_takes_and_until_when_it_stays(tiers: Tiers):
    tiers.post("p-1", 1200, JUNE)
    assert tiers.ask() == MemberTier(
        member_id="m-1",
        tier="silver",
        qualifying_points=1200,
        next_tier="gold",
        points_to_next=3800,
        valid_until=JULY_A_YEAR_LATER,
    )


def test_the_same_event_again_counts_once_and_without_a_marker(tiers: Tiers):
    for _ in range(3):
        tiers.post("p-1", 1200, JUNE)
    assert (tiers.ask().qualifying_points, tiers.world.inbox, tiers.world.dead_letters.sent) == (1200, [], [])


def test_the_same_event_id_with_other_content_is_refused(tiers: Tiers):
    tiers.post("p-1", 1200, JUNE)
    tiers.post("p-1", 1300, JUNE)
    ((_, attributes),) = tiers.world.dead_letters.sent
    assert attributes["reason"] == "ConflictingMessage: event posted-p-1 was handled before with other content"
    assert tiers.ask().qualifying_points == 1200


def test_a_threshold_is_reached_by_exactly_its_points(tiers: Tiers):
    tiers.post("p-1", 999, JUNE)
    assert tiers.ask().tier == "bronze"
    tiers.post("p-2", 1, JUNE)
    assert tiers.ask().tier == "silver"


def test_a_refund_takes_the_tier_away_and_every_change_is_published_in_sequence(tiers: Tiers):
    tiers.post("p-1", 900, JUNE)
    tiers.post("p-2", 5000, JUNE)
    tiers.post("p-3", 1, JUNE)
    tiers.post("r-2", -5000, JUNE)
    assert tiers.published() == [(None, "bronze", 1), ("bronze", "gold", 2), ("gold", "bronze", 3)]
    assert tiers.ask().qualifying_points == 901


def test_more_refunds_than_purchases_leave_the_lowest_tier_and_count_until_the_next(tiers: Tiers):
    tiers.post("r-1", -300, JUNE)
    answer = tiers.ask()
    assert (answer.tier, answer.qualifying_points, answer.points_to_next) == ("bronze", -300, 1300)


def test_points_count_in_the_month_they_were_booked_and_twelve_months_after(tiers: Tiers):
    tiers.post("p-1", 1200, JUNE)
    tiers.now(JULY_A_YEAR_LATER - timedelta(seconds=1))
    assert tiers.ask().tier == "silver"
    tiers.now(JULY_A_YEAR_LATER)
    assert (tiers.ask().tier, tiers.ask().qualifying_points, tiers.ask().valid_until) == ("bronze", 0, None)


def test_the_same_posting_under_another_event_counts_once(tiers: Tiers):
    tiers.post("p-1", 600, JUNE)
    tiers.post("p-1", 600, JUNE, event_id="published-again")
    assert tiers.ask().qualifying_points == 600
    assert tiers.world.dead_letters.sent == []


def test_the_same_posting_with_other_points_is_put_aside_with_its_reason(tiers: Tiers):
    tiers.post("p-1", 600, JUNE)
    tiers.post("p-1", 700, JUNE, event_id="another")
    assert tiers.ask().qualifying_points == 600
    ((_, attributes),) = tiers.world.dead_letters.sent
    assert "posting p-1 was counted before with another member or other points" in str(attributes)


def test_two_postings_at_once_both_count(tiers: Tiers):
    tiers.world.tables.before_transaction = lambda: tiers.post("p-2", 500, JUNE)
    tiers.post("p-1", 600, JUNE)
    assert tiers.ask().qualifying_points == 1100


def test_what_counts_no_more_changes_nothing(tiers: Tiers):
    tiers.now(JULY_A_YEAR_LATER)
    tiers.post("p-1", 1200, JUNE)
    with pytest.raises(RefusedCall):
        tiers.ask()


@pytest.mark.parametrize(
    ("reason", "points"),
    [("goodwill", 100), ("missing-purchase", 150), ("wrong-points", 150), ("fraud", 150), ("system-error", 150)],
)
def test_corrections_count_and_gifts_do_not(tiers: Tiers, reason: str, points: int):
    tiers.post("p-1", 100, JUNE)
    tiers.correct("p-1", 50, JUNE, reason)
    assert tiers.ask().qualifying_points == points


def test_a_marker_lives_as_long_as_its_points_count(tiers: Tiers):
    tiers.post("p-1", 100, JUNE)
    (marker,) = [item for item in tiers.world.store if item["pk"] == "posting#p-1"]
    assert datetime.fromtimestamp(marker["expires_at"], tz=UTC) == JULY_A_YEAR_LATER


@pytest.mark.parametrize("year", [1, 990, 9999])
def test_instants_at_the_bounds_of_the_calendar_are_handled(tiers: Tiers, year: int):
    tiers.post("p-0", 1, JUNE)
    tiers.post("p-1", 100, datetime(year, 12, 31, 23, 59, tzinfo=UTC))
    assert tiers.ask().qualifying_points == (101 if year == 9999 else 1)
    assert tiers.world.dead_letters.sent == []
