"""The scheduled reconciliation: sums of all members, and whether each account is its newest line's."""

from datetime import timedelta

import pytest

from lambdas.points_ledger.handlers import reconcile as handler
from lambdas.points_ledger.handlers.reconcile import Reconciliation, reconcile
from pbckit.runtime.observability import metrics
from pbckit.runtime.ports import Delete, Put
from pbckit.testing.world import STORE
from tests.lambdas.points_ledger.outside import Ledger, calculated


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger()
    for number in range(12):
        ledger.post(calculated(f"p-{number}", f"m-{number}", points=5))
    ledger.redeem("h-1", 3, "m-1")
    return ledger


def change(ledger: Ledger, sort_key: str, **values: object) -> None:
    """Change one of a member's items, as only somebody with the table in hand could."""
    (item,) = [one for one in ledger.world.tables.all(STORE) if (one["pk"], one["sk"]) == ("member#m-1", sort_key)]
    item.update(values)
    ledger.world.tables.transact([Put(table=STORE, item=item, read_as=dict)])


def test_a_ledger_in_order_adds_up(ledger: Ledger):
    assert reconcile(ledger.world.runtime) == Reconciliation(members=12, unbalanced_points=0, broken_books=0)


def test_totals_that_were_changed_do_not_add_up(ledger: Ledger):
    change(ledger, "account", totals={"members": [0, 7]})
    assert reconcile(ledger.world.runtime).unbalanced_points == 7


@pytest.mark.parametrize("values", [{"head": "0" * 64}, {"version": 2}, {"lots": {"never": 1000}}, {"lots": "many"}])
def test_an_account_that_is_not_its_newest_lines_is_counted(ledger: Ledger, values: dict[str, object]):
    change(ledger, "account", **values)
    assert reconcile(ledger.world.runtime).broken_books == 1


def test_errors_that_make_up_for_each_other_are_found(ledger: Ledger):
    change(ledger, "account", totals={"members": [0, 7]})
    other = ledger.world.tables.get(STORE, {"pk": "member#m-2", "sk": "account"})
    assert other is not None
    ledger.world.tables.transact([Put(table=STORE, item={**other, "totals": {"members": [7, 0]}}, read_as=dict)])
    assert reconcile(ledger.world.runtime).unbalanced_points == 14


def test_rounds_begin_every_hour(ledger: Ledger):
    assert [reconcile(ledger.world.runtime).members for _ in range(3)] == [12, 0, 0]
    ledger.wait(hours=1)
    assert reconcile(ledger.world.runtime).members == 12


def test_what_is_wrong_stays_told_until_a_whole_round_has_not_found_it(ledger: Ledger):
    change(ledger, "account", head="0" * 64)
    assert [reconcile(ledger.world.runtime).broken_books for _ in range(2)] == [1, 1]
    ledger.repair(apply=True)
    assert reconcile(ledger.world.runtime).broken_books == 1
    ledger.wait(hours=1)
    assert reconcile(ledger.world.runtime).broken_books == 0


def test_runs_that_have_no_time_look_at_each_member_once_a_round(ledger: Ledger, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(handler, "OF_A_STEP", 1)
    monkeypatch.setattr(handler, "LASTS", timedelta(milliseconds=8))
    looked_at = [reconcile(ledger.world.runtime).members for _ in range(60)]
    assert (sum(looked_at), max(looked_at) < 12) == (12, True)


def test_every_run_tells_how_far_it_is_behind(ledger: Ledger):
    metrics.clear_metrics()
    reconcile(ledger.world.runtime)
    ledger.wait(hours=3)
    # The run stands still for an hour, and has no time for any step.
    ledger.world.tables.before_query = lambda: ledger.wait(hours=1)
    reconcile(ledger.world.runtime)
    told = metrics.metric_set["ReconciliationBehind"]
    assert (told["Unit"], [round(one) for one in told["Value"]]) == ("Seconds", [0, 4 * 3600])
    metrics.clear_metrics()


def test_a_newest_line_that_is_gone_is_counted(ledger: Ledger):
    key = {"pk": "member#m-1", "sk": "line#000000000003"}
    ledger.world.tables.transact([Delete(table=STORE, key=key)])
    assert reconcile(ledger.world.runtime).broken_books == 1
