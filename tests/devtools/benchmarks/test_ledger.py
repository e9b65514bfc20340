"""The measurement of the ledger: every case of it, with few postings, on an embedded AWS of its own."""

import pytest

from devtools.benchmarks import ledger


def test_each_operation_says_what_it_takes_and_only_affordable_holds_are_granted(monkeypatch: pytest.MonkeyPatch):
    for name, few in {"_POSTINGS": 4, "_MEMBERS": (1, 2), "WORKERS": 2, "HOLDS": 4, "AFFORDABLE": 2}.items():
        monkeypatch.setattr(ledger, name, few)

    costs = ledger.measure()

    units = {one.what: one for one in costs.units}
    for what, one in units.items():
        assert one.read > 0, what
        assert (one.write > 0) == (what not in {"the same purchase again", "a balance is read"}), what
    first, later = units["a member's first purchase"], units["a purchase"]
    assert first.items > later.items > 0
    # Two for each KiB of an item; none of these is larger.
    assert (first.write, later.write) == (2 * first.items, 2 * later.items)
    assert [rates.members for rates in costs.rates] == [1, 2]
    assert all(rates.shared > 0 and rates.single > 0 for rates in costs.rates)
    assert (costs.holds.granted, costs.holds.refused, costs.holds.spendable) == (2, 2, 0)
