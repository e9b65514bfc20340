"""The review publishes what changed without a posting, once, and goes on where it stopped."""

from datetime import UTC, datetime, timedelta

import pytest

from lambdas.tiers import review_members
from pbckit.runtime.ports import Update
from pbckit.testing.world import STORE
from tests.lambdas.tiers.unit import Tiers

JUNE = datetime(2026, 6, 15, tzinfo=UTC)
WHEN_JUNE_IS_OVER = datetime(2027, 7, 1, tzinfo=UTC)
A_WHILE = timedelta(minutes=6)


@pytest.fixture
def tiers() -> Tiers:
    there = Tiers(JUNE)
    there.set(datetime(2026, 1, 1, tzinfo=UTC))
    return there


def test_a_tier_whose_points_count_no_more_is_published_once(tiers: Tiers):
    tiers.post("p-1", 1200, JUNE)
    tiers.now(WHEN_JUNE_IS_OVER + A_WHILE)
    assert [tiers.review(), tiers.review()] == [1, 0]
    assert tiers.published() == [(None, "silver", 1), ("silver", "bronze", 2)]


def test_tiers_that_are_set_later_reach_members_who_do_nothing(tiers: Tiers):
    tiers.post("p-1", 1200, JUNE)
    tiers.now(JUNE + A_WHILE)
    assert tiers.review() == 0
    tiers.set(JUNE, {"bronze": 0, "gold": 1100})
    tiers.now(JUNE + 3 * A_WHILE)
    assert tiers.review() == 1
    assert tiers.published()[-1] == ("silver", "gold", 2)


def test_a_set_that_begins_reaches_members_who_do_nothing(tiers: Tiers):
    tiers.post("p-1", 1200, JUNE)
    tiers.set(JUNE + timedelta(hours=1), {"basic": 0})
    tiers.now(JUNE + A_WHILE)
    assert tiers.review() == 0
    tiers.now(JUNE + timedelta(hours=1) + A_WHILE)
    assert tiers.review() == 1
    assert tiers.published()[-1] == ("silver", "basic", 2)


def test_it_waits_until_what_was_counted_by_the_tiers_before_is_committed(tiers: Tiers):
    tiers.post("p-1", 1200, JUNE)
    tiers.set(JUNE, {"basic": 0})
    tiers.now(JUNE + timedelta(minutes=1))
    assert tiers.review() == 0
    tiers.now(JUNE + A_WHILE)
    assert tiers.review() == 1


def test_a_run_has_a_bound_and_the_next_one_goes_on(tiers: Tiers, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(review_members, "OF_A_SHARD", 2)
    for number in range(60):
        tiers.post(f"p-{number}", 1200, JUNE, member_id=f"m-{number}")
    tiers.now(WHEN_JUNE_IS_OVER + A_WHILE)
    runs = [tiers.review() for _ in range(30)]
    assert runs[0] == 16
    assert (sum(runs), runs[-1]) == (60, 0)
    assert {tiers.ask(f"m-{number}").tier for number in range(60)} == {"bronze"}


def test_a_record_that_cannot_be_read_does_not_hold_up_others(tiers: Tiers):
    for member_id in ("m-1", "m-2"):
        tiers.post(f"p-{member_id}", 1200, JUNE, member_id=member_id)
    spoilt = Update(table=STORE, key={"pk": "member#m-1", "sk": "standing"}, read_as=dict, set={"version": "spoilt"})
    tiers.world.tables.transact([spoilt])
    tiers.now(WHEN_JUNE_IS_OVER + A_WHILE)
    assert tiers.review() == 1


def test_a_posting_that_comes_meanwhile_is_counted_and_not_lost(tiers: Tiers):
    tiers.post("p-1", 1200, JUNE)
    tiers.now(WHEN_JUNE_IS_OVER + A_WHILE)
    tiers.world.tables.before_transaction = lambda: tiers.post("p-2", 5000, WHEN_JUNE_IS_OVER)
    tiers.review()
    assert (tiers.ask().tier, tiers.published()[-1][1]) == ("gold", "gold")


def test_nobody_is_looked_at_again_until_something_makes_it_necessary(tiers: Tiers):
    tiers.post("p-1", 1200, JUNE)
    tiers.now(JUNE + A_WHILE)
    tiers.review()
    key = {"pk": "member#m-1", "sk": "standing"}
    tiers.world.tables.transact([Update(table=STORE, key=key, read_as=dict, set={"tier": "gold"})])
    assert tiers.review() == 0
    tiers.now(datetime(2026, 7, 1, tzinfo=UTC) + A_WHILE)
    assert tiers.review() == 1
