"""The times and units of jobs on docs/scale.md: the jobs that ship, driven over tables in memory, take as much."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from devtools.units.metering import Metered
from lambdas.points_ledger.handlers import post_points, reconcile, settle_due
from ops.capacity.jobs import Round, Taken, known, rounds
from pbckit.runtime.observability import metrics
from pbckit.runtime.ports import Item, Key
from pbckit.runtime.runtime import Runtime
from pbckit.sandbox.graph import Graph
from pbckit.testing.world import SimulatedClock
from tests.lambdas.points_ledger.outside import FAR_AHEAD, Ledger, calculated

MEMBERS = 400
_MINUTES = timedelta(minutes=2)
Run = Callable[[Runtime], object]
RUNS: dict[str, tuple[Any, Run]] = {
    "reconcile": (reconcile, reconcile.reconcile),
    "settle-due": (settle_due, settle_due.settle),
}


@dataclass
class Slow(Metered):
    """Tables that take the time of a member when the member's account is read first."""

    clock: SimulatedClock | None = None
    seconds: float = 0

    def get(self, table: str, key: Key) -> Item | None:
        if self.clock is not None and key["sk"] == "account":
            self.clock.sleep(self.seconds)
        return super().get(table, key)


@pytest.fixture
def due(monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Members with points that have expired."""
    monkeypatch.setattr(post_points, "policy", lambda: FAR_AHEAD)
    ledger = Ledger()
    for number in range(MEMBERS):
        ledger.post(calculated(f"p-{number}", f"m-{number}", points=5))
    ledger.wait(days=1500)
    metrics.clear_metrics()
    return ledger


def taken_of(function: str) -> Taken:
    return next(one for one in known().jobs if one.function == function)


@pytest.mark.parametrize("function", RUNS)
def test_a_round_takes_as_long_as_is_computed(due: Ledger, function: str, monkeypatch: pytest.MonkeyPatch):
    """One run after the other, each far too short for all members."""
    module, run = RUNS[function]
    lasts = timedelta(seconds=1)
    monkeypatch.setattr(module, "LASTS", lasts)
    monkeypatch.setattr(module, "OF_A_STEP", 1)
    taken = replace_members(taken_of(function), MEMBERS)
    expected = Round(taken=taken, lasts=lasts, every=_MINUTES, may_be_behind=timedelta())
    clock = due.world.clock
    slow = Slow(inner=due.world.tables, clock=clock, seconds=taken.seconds)
    runtime = replace(due.world.runtime, tables=slow)
    began_at, runs = clock.time, 0
    while not is_whole(due, function):
        run(runtime)
        metrics.clear_metrics()
        runs += 1
        clock.time = began_at + _MINUTES * runs
    # The last run, and what a run takes beside members: its cursors.
    assert (clock.time - began_at) / expected.whole == pytest.approx(1, rel=0.25)


@pytest.mark.parametrize("function", RUNS)
def test_a_member_takes_as_many_units_as_are_written_down(due: Ledger, function: str):
    metered = Metered(inner=due.world.tables)
    RUNS[function][1](replace(due.world.runtime, tables=metered))
    metrics.clear_metrics()
    taken = taken_of(function)
    counted = (metered.read / MEMBERS, metered.write / MEMBERS)
    assert counted == pytest.approx((taken.reads, taken.writes), rel=0.1, abs=0.12)


def test_runs_end_before_their_functions_do_and_rounds_before_their_alarms(dev: Graph):
    functions = {one.inputs["name"]: one.inputs for one in dev.by_type("aws:lambda/function:Function")}
    alarms = {one.inputs["metricName"]: one.inputs for one in dev.by_type("aws:cloudwatch/metricAlarm:MetricAlarm")}
    for one in rounds(dev):
        module, _ = RUNS[one.taken.function]
        function = functions[f"rewards-dev-{one.taken.unit}_{one.taken.function}"]
        assert one.lasts + timedelta(minutes=1) < timedelta(seconds=function["timeout"])
        alarm = alarms[module.BEHIND]
        assert alarm["treatMissingData"] == "missing"
        assert alarm["insufficientDataActions"] == alarm["alarmActions"]
        if one.taken.of != "an expiry of every member":
            assert one.whole < one.may_be_behind == timedelta(seconds=alarm["threshold"])


def replace_members(taken: Taken, members: int) -> Taken:
    return msgspec.structs.replace(taken, members=members)


def is_whole(ledger: Ledger, function: str) -> bool:
    cursors = [item for item in ledger.world.tables.all("store") if item["pk"] == f"job#{function}"]
    return bool(cursors) and all(item["rounds"] > 0 for item in cursors)
