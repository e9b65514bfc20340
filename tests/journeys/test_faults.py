"""A short campaign, the same each time: a deployment of its own is struck by every kind of fault, and recovers."""

from pathlib import Path

import pytest

from ops.faults.command import besieged, carry_out
from ops.faults.plan import FEWEST, draw
from ops.faults.workers import can_kill


@pytest.mark.skipif(not can_kill(), reason="only Linux tells which process holds a connection")
def test_every_fault_is_injected_and_nothing_is_lost_or_doubled(tmp_path: Path):
    plan = draw(5, FEWEST)  # One whose events the relay publishes in the end: no waiting for the sweeper.
    with besieged(tmp_path, plan) as (world, storm):
        report = carry_out(plan, world, storm, tmp_path, lambda _stage, _count: None)

    assert {fault: counts for fault, counts in report.faults.items() if counts[0] != counts[1] or not counts[0]} == {}
    assert [finding for finding in report.findings if not finding.held] == []
    assert report.held
    assert report.redriven > 0
