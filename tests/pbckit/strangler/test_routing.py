"""Stickiness: what raising a share does to keys."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pbckit.contracts.migration import Mode, Routing, Setting
from pbckit.strangler.routing import BUCKETS, bucket, in_force, side

KEYS = st.text(min_size=1, max_size=40)
SHARES = st.integers(min_value=0, max_value=100)
SALT = "categorization-facade"


def canary(share: int) -> Routing:
    return Routing(version=1, mode="canary", share=share, compares=True)


def routed(mode: Mode, share: int = 0) -> Routing:
    return Routing(version=1, mode=mode, share=share, compares=True)


@settings(max_examples=200)
@given(key=KEYS, shares=st.lists(SHARES, min_size=2, max_size=8))
def test_raising_the_share_moves_a_key_to_the_candidate_at_most_once_and_never_back(key: str, shares: list[int]):
    sides = [side(canary(share), bucket(key, SALT)) for share in sorted(shares)]
    assert sides == sorted(sides, reverse=True)  # "legacy" … "candidate", and no other order


@settings(max_examples=200)
@given(key=KEYS, share=SHARES)
def test_a_key_stays_where_it_is_as_long_as_the_share_does(key: str, share: int):
    assert len({side(canary(share), bucket(key, SALT)) for _ in range(3)}) == 1


@settings(max_examples=50)
@given(key=KEYS)
def test_nobody_is_moved_at_0_and_everybody_at_100(key: str):
    place = bucket(key, SALT)
    assert 0 <= place < BUCKETS
    assert side(canary(0), place) == "legacy"
    assert side(canary(100), place) == "candidate"
    assert side(routed("legacy"), place) == side(routed("shadow"), place) == "legacy"
    assert side(routed("new"), place) == "candidate"


@pytest.mark.parametrize("share", [1, 5, 25, 50, 99])
@pytest.mark.parametrize("form", ["shop-{:06d}", "{:06d}", "merchant:{:06d}:DE"])
def test_the_share_is_within_statistical_bounds(form: str, share: int):
    """20,000 keys, five standard deviations of a binomial distribution: a fair hash fails once in two million tries."""
    keys = 20_000
    moved = sum(side(canary(share), bucket(form.format(number), SALT)) == "candidate" for number in range(keys))
    wanted = share / 100
    assert abs(moved - keys * wanted) <= 5 * math.sqrt(keys * wanted * (1 - wanted))


def test_two_facades_do_not_move_the_same_keys_first():
    keys = [f"shop-{number}" for number in range(4000)]
    first = {key for key in keys if side(canary(25), bucket(key, "one-facade")) == "candidate"}
    second = {key for key in keys if side(canary(25), bucket(key, "another-facade")) == "candidate"}
    assert abs(len(first & second) / len(first) - 0.25) < 0.08


def test_the_bucket_of_a_key_is_the_same_for_ever():
    """A change of the hash would move merchants that nobody wanted to move."""
    assert [bucket(key, SALT) for key in ("shop-1", "shop-2", "Käse")] == [3662, 8195, 1170]


def test_a_change_holds_from_its_moment_on_and_everywhere_at_once():
    at = datetime(2026, 6, 1, 12, tzinfo=UTC)
    setting = Setting(
        routing=canary(5),
        before=canary(1),
        effective_at=at,
        ramp=None,
        changed_by="ada",
        changed_at=at - timedelta(seconds=6),
        reason="more",
    )
    assert in_force(setting, at - timedelta(microseconds=1)).share == 1
    assert in_force(setting, at).share == 5
