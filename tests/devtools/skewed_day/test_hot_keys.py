"""In the peak of a skewed day no key is one that all purchases go through, and a budget for everybody is none."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from devtools.skewed_day.hot_keys import APART_SECONDS, HotKey, account_of_one, hot_keys
from devtools.skewed_day.purchases import FIRST_SHARE, purchases
from devtools.units.page import measured
from lambdas.points_calculation.services import budgets
from lambdas.points_calculation.storage import confirmations
from lambdas.points_ledger.storage import ledger
from ops.capacity.page import CORPORATE_PURCHASES, LEAST_CARRIED
from ops.capacity.way import way
from tests.conftest import captured

LEAST_CARRIED_BY_NEW = 1_500
"""What every key carries where all members are new."""
SETTINGS = [
    ("campaigns", "month"),
    ("earning-rates", "card-products"),
    ("earning-rates", "rate"),
    ("earning-rates", "rules"),
    ("tiers", "tiers"),
]


def found(number: int = 250, *, new_members: bool = False) -> dict[tuple[str, str, str], HotKey]:
    return {(key.unit, key.kind, key.operation): key for key in hot_keys(number, new_members=new_members)}


def test_every_key_carries_what_the_page_says():
    assert [key for key in found().values() if key.carries < LEAST_CARRIED] == []


def test_every_key_carries_less_where_all_members_are_new_but_no_less_than_this():
    assert [key for key in found(new_members=True).values() if key.carries < LEAST_CARRIED_BY_NEW] == []


def test_a_budget_that_everybody_draws_from_is_bound_by_no_item():
    """A shard takes two units for each of its purchases; the counter two for each allotment."""
    number = 1000
    keys = found(number, new_members=True)
    counter, shard = (keys["points-calculation", kind, "write"] for kind in ("counter", "allotment"))
    assert counter.units == 2 * budgets.SHARDS / number
    assert 2 / budgets.SHARDS < shard.units < 4 / budgets.SHARDS
    assert min(counter.carries, shard.carries) > 5_000


def test_a_counter_whose_shards_have_their_parts_is_not_written():
    assert ("points-calculation", "counter", "write") not in found(1000)


def test_a_budget_that_is_not_shared_out_is_found(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(budgets, "PARTS", 10**12)
    counter = found(100)["points-calculation", "counter", "write"]
    assert (counter.units, counter.carries) == (2, 500)


@pytest.mark.parametrize(("unit", "kind"), SETTINGS)
def test_settings_that_are_read_for_each_purchase_are_found(monkeypatch: pytest.MonkeyPatch, unit: str, kind: str):
    monkeypatch.setattr("devtools.skewed_day.hot_keys.SETTINGS_SECONDS", 0)
    assert found(20)[unit, kind, "read"].units == 1


def test_no_function_that_reads_settings_takes_longer_than_processes_are_apart():
    units = {unit for unit, _ in SETTINGS}
    steps = [step for step in way(captured("prod"), measured()).steps if step.step.unit in units]
    assert {step.step.unit for step in steps} == units
    assert max(step.seconds for step in steps) < APART_SECONDS


def test_a_members_account_takes_the_same_units_however_many_purchases_there_are():
    account = account_of_one(300)
    assert account.units == account_of_one(30).units == 4
    assert account.carries > 100 * CORPORATE_PURCHASES / (24 * 3600)


def test_the_first_member_makes_about_a_hundredth_of_all_purchases():
    made = Counter(one.member_id for one in purchases(20_000, 1, datetime(2027, 1, 15, tzinfo=UTC)))
    ((member, number),) = made.most_common(1)
    assert member == "member-0000000001"
    assert number / 20_000 == pytest.approx(FIRST_SHARE, rel=0.25)


def test_the_same_seed_finds_the_same():
    assert found(50) == found(50)


@pytest.mark.parametrize(
    ("module", "unit", "kind"),
    [
        (confirmations, "points-calculation", "unconfirmed"),
        (ledger, "points-ledger", "members"),
        (budgets, "points-calculation", "allotment"),
    ],
)
def test_a_key_that_is_made_constant_is_found(monkeypatch: pytest.MonkeyPatch, module: object, unit: str, kind: str):
    before = found(100, new_members=True)[unit, kind, "write"]
    monkeypatch.setattr(module, "shard_of", lambda _key, _shards: 0)
    constant = found(100, new_members=True)[unit, kind, "write"]
    assert constant.carries < LEAST_CARRIED_BY_NEW < before.carries
