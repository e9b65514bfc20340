"""A campaign is drawn from its seed: the same again, every kind of fault in it, and purchases that are valid."""

from pathlib import Path

import pytest

from devtools.faults.plan import FEWEST, WHERE, Fault, draw
from ops.members.purchase_file import read_purchases


def test_the_same_seed_gives_the_same_campaign_and_another_one_another():
    assert draw(7, 300) == draw(7, 300)
    assert draw(7, 300).strikes != draw(8, 300).strikes
    assert draw(7, 300).rows != draw(8, 300).rows


@pytest.mark.parametrize("purchases", [FEWEST, 300, 2000])
def test_every_kind_of_fault_is_in_every_campaign(purchases: int):
    plan = draw(1, purchases)

    assert set(plan.planned()) == set(Fault)
    assert all(count > 0 for count in plan.planned().values())
    assert {(strike.fault, strike.unit) for strike in plan.strikes} == {
        (fault, unit) for fault, units in WHERE.items() for unit in units
    }
    assert plan.expired + plan.given_up < purchases


def test_strikes_fall_upon_purchases_of_the_campaign_once_each():
    plan = draw(1, 500)
    struck = [(strike.fault, strike.unit, strike.purchase_id) for strike in plan.strikes]

    assert len(set(struck)) == len(struck)
    assert {strike.purchase_id for strike in plan.strikes} <= {row["purchase_id"] for row in plan.rows}
    assert all(strike.times > 0 for strike in plan.strikes)


def test_the_valid_purchases_are_valid_and_told_apart(tmp_path: Path):
    plan = draw(1, 200)
    plan.write(tmp_path / "purchases.csv")

    purchases, refused = read_purchases(tmp_path / "purchases.csv")
    assert refused == []
    assert [purchase.id for purchase in purchases] == [row["purchase_id"] for row in plan.rows]
    assert len({purchase.id for purchase in purchases}) == 200


def test_bad_purchases_and_poison_are_told_apart_from_valid_ones():
    plan = draw(1, 2000)
    identities = [bad.purchase_id for bad in plan.bad]

    assert len(set(identities)) == len(identities) == 20
    assert not set(identities) & {row["purchase_id"] for row in plan.rows}
    assert len(set(plan.poison)) == len(plan.poison) == 10


def test_too_few_purchases_are_refused():
    with pytest.raises(ValueError, match=f"19 purchases: a campaign needs at least {FEWEST}"):
        draw(1, FEWEST - 1)
