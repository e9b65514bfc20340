"""Sets of tiers: dated from an instant, corrected only when asked for, with their history."""

from datetime import UTC, datetime

import pytest

from contracts.tiers import LIST_TIERS, TIERS_HISTORY
from lambdas.tiers import list_tiers, tiers_history
from pbckit.testing.calls import RefusedCall
from tests.lambdas.tiers.unit import Tiers

JANUARY, JUNE, JULY = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 6, 7))


@pytest.fixture
def tiers() -> Tiers:
    return Tiers(JUNE)


def test_tiers_are_kept_by_threshold_and_end_where_the_next_begin(tiers: Tiers):
    tiers.set(JULY, {"basic": 0})
    first = tiers.set(JANUARY, {"gold": 500, "bronze": 0})
    assert first.effective_to == JULY
    listed = tiers.caller.ask(list_tiers.handler, LIST_TIERS).sets
    assert [(one.effective_from, one.effective_to, [tier.name for tier in one.tiers]) for one in listed] == [
        (JANUARY, JULY, ["bronze", "gold"]),
        (JULY, None, ["basic"]),
    ]
    assert {one.changed_by for one in listed} == {"ada"}


def test_other_tiers_at_the_same_instant_are_refused_unless_they_correct(tiers: Tiers):
    tiers.set(JANUARY, {"bronze": 0})
    with pytest.raises(RefusedCall, match=r"TiersOverlap.*already: bronze; `replace` corrects them"):
        tiers.set(JANUARY, {"basic": 0})
    tiers.set(JANUARY, {"basic": 0}, replace=True)

    changes = tiers.caller.ask(tiers_history.handler, TIERS_HISTORY).changes
    assert [(one.before and one.before.tiers[0].name, one.after.tiers[0].name) for one in changes] == [
        (None, "bronze"),
        ("bronze", "basic"),
    ]


@pytest.mark.parametrize(
    ("ladder", "message"),
    [({"bronze": 5, "silver": 5}, "threshold_points 5: given more than once"), ({}, "tiers")],
)
def test_tiers_that_cannot_be_meant_are_refused(tiers: Tiers, ladder: dict[str, int], message: str):
    with pytest.raises(RefusedCall, match=message):
        tiers.set(JANUARY, ladder)
    assert tiers.world.store == []


def test_tiers_to_come_end_the_tier_of_today(tiers: Tiers):
    tiers.set(JANUARY, {"bronze": 0, "silver": 100})
    tiers.set(JULY, {"bronze": 0, "silver": 1000})
    tiers.post("p-1", 200, JUNE)
    assert (tiers.ask().tier, tiers.ask().valid_until) == ("silver", JULY)
    tiers.now(JULY)
    assert tiers.ask().tier == "bronze"


def test_without_tiers_a_member_has_none(tiers: Tiers):
    tiers.post("p-1", 200, JUNE)
    answer = tiers.ask()
    assert (answer.tier, answer.next_tier, answer.qualifying_points) == (None, None, 200)
    assert tiers.published() == []
