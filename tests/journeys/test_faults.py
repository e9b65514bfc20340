"""A short campaign, the same each time: a deployment of its own is struck by every kind of fault, and recovers.

The naive design, in the same campaign, does not.
"""

import json
from dataclasses import replace
from pathlib import Path

import boto3
import pytest

from devtools.faults.command import besieged, carry_out
from devtools.faults.loopback import Act, Loopback, Pass, Request
from devtools.faults.plan import CALCULATION, FEWEST, Fault, Strike, draw
from devtools.faults.workers import can_kill
from ops.demo.world import DeployedSystem
from pbckit.sandbox.embedded_aws import ROOT_KEY

pytestmark = pytest.mark.skipif(not can_kill(), reason="only Linux tells which process holds a connection")


def test_every_fault_is_injected_and_nothing_is_lost_or_doubled(tmp_path: Path):
    plan = draw(5, FEWEST)  # One whose events the relay publishes in the end: no waiting for the sweeper.
    with besieged(tmp_path, plan) as (world, fault_injector):
        report = carry_out(plan, world, fault_injector, tmp_path, lambda _stage, _count: None)

    assert {fault: counts for fault, counts in report.faults.items() if counts[0] != counts[1] or not counts[0]} == {}
    assert [finding for finding in report.findings if not finding.held] == []
    assert report.held
    assert report.redriven > 0


def test_without_outbox_and_inbox_purchases_are_lost_and_doubled(tmp_path: Path):
    drawn = draw(5, FEWEST)
    rows = drawn.rows[:4]
    strikes = [
        Strike(fault=fault, unit=CALCULATION, purchase_id=row["purchase_id"], times=1)
        for fault, row in zip((Fault.CONSUMER_KILLED, Fault.DUPLICATED), rows, strict=False)
    ]
    plan = replace(drawn, rows=rows, strikes=strikes, bad=[], poison=[])
    with besieged(tmp_path, plan, naive=True) as (world, fault_injector):
        report = carry_out(plan, world, fault_injector, tmp_path, lambda _stage, _count: None, naive=True)

    # At least those that were struck: a slow machine may deliver another one twice.
    assert {finding.what: int(finding.found) >= 1 for finding in report.findings} == {
        "valid purchases lost": True,
        "valid purchases posted twice": True,
    }


def test_a_request_that_was_changed_on_its_way_is_taken(world: DeployedSystem):
    kept, dropped = ({"Source": "test", "DetailType": name, "Detail": "{}"} for name in ("Kept", "Dropped"))
    with Loopback() as loopback:
        loopback.serve(world.aws, Dropping(), lambda _port, _peer: None)
        function = boto3.client(
            "events",
            endpoint_url=loopback.endpoint,
            region_name=world.aws.region,
            aws_access_key_id=ROOT_KEY,
            aws_secret_access_key=ROOT_KEY,
        )
        answer = function.put_events(Entries=[kept, dropped])

    assert (answer["FailedEntryCount"], len(answer["Entries"])) == (0, 1)


class Dropping:
    """A judge that passes on the first entry only."""

    def judge(self, request: Request) -> Act:
        """What is done to a request."""
        return Pass(body=json.dumps({"Entries": json.loads(request.body)["Entries"][:1]}).encode())
