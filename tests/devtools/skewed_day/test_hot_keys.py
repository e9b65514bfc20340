"""In the peak of a skewed day no key is one that all purchases go through, but for a campaign's budget."""

import pytest

from devtools.skewed_day.hot_keys import HotKey, hot_keys
from lambdas.points_calculation.storage import confirmations
from lambdas.points_ledger.storage import ledger
from ops.capacity.page import LEAST_CARRIED

BUDGET = ("points-calculation", "counter")


def found(number: int = 250) -> dict[tuple[str, str, str], HotKey]:
    return {(key.unit, key.kind, key.operation): key for key in hot_keys(number)}


def test_every_key_but_a_budget_carries_what_the_page_says():
    slow = [key for key in found().values() if key.carries < LEAST_CARRIED and (key.unit, key.kind) != BUDGET]
    assert slow == []


def test_a_budget_that_everybody_draws_from_is_one_item():
    budget = found()[*BUDGET, "write"]
    assert (budget.units, budget.carries) == (2, 500)


def test_the_same_seed_finds_the_same():
    assert found(50) == found(50)


@pytest.mark.parametrize(
    ("module", "unit", "kind"),
    [(confirmations, "points-calculation", "unconfirmed"), (ledger, "points-ledger", "members")],
)
def test_a_key_that_is_made_constant_is_found(monkeypatch: pytest.MonkeyPatch, module: object, unit: str, kind: str):
    before = found(100)[unit, kind, "write"]
    monkeypatch.setattr(module, "shard_of", lambda _key, _shards: 0)
    constant = found(100)[unit, kind, "write"]
    assert constant.carries < LEAST_CARRIED < before.carries
