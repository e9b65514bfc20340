"""The demo of a migration looks at every merchant before anything is mended."""

from typing import Any

import pytest

from ops.demo.migration import BY_HAND, MERCHANTS, example, not_compared

SHADOW = 2


def observed(merchant: str, version: int = SHADOW, verdict: str = "same") -> dict[str, Any]:
    return {"key": merchant, "version": version, "verdict": verdict}


def test_every_merchant_takes_its_turn_and_those_decided_by_hand_are_among_them():
    turns = [example("demo", number).merchant.id for number in range(len(MERCHANTS))]
    assert turns == list(MERCHANTS)
    assert set(BY_HAND) < set(MERCHANTS)


def test_the_first_mismatch_is_not_all_that_is_to_be_mended():
    first, *others = BY_HAND
    found = [observed(one, verdict="different" if one == first else "same") for one in MERCHANTS if one not in others]
    assert not_compared(found, SHADOW) == others
    assert not_compared([*found, *(observed(one, verdict="different") for one in others)], SHADOW) == []


@pytest.mark.parametrize("late", [observed("shop-07", version=SHADOW - 1), observed("shop-07", verdict="failed")])
def test_only_what_was_compared_under_the_shadow_counts(late: dict[str, Any]):
    found = [observed(one) for one in MERCHANTS if one != "shop-07"]
    assert not_compared([*found, late], SHADOW) == ["shop-07"]
