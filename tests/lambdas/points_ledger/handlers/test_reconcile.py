"""The scheduled reconciliation: sums of all members, and whether each account is its newest line's."""

import pytest

from lambdas.points_ledger.handlers.reconcile import Reconciliation, reconcile
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


def test_a_newest_line_that_is_gone_is_counted(ledger: Ledger):
    key = {"pk": "member#m-1", "sk": "line#000000000003"}
    ledger.world.tables.transact([Delete(table=STORE, key=key)])
    assert reconcile(ledger.world.runtime).broken_books == 1
