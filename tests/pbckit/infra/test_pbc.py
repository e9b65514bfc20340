"""The verbs of a PBC hold it to its contract, and an offering to its own."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pbckit.sandbox.graph import Graph
from pbckit.sandbox.program import DuplicateUrn, capture

ROOT = Path(__file__).parents[3]
PROGRAM = """
from pbckit.infra.environment import EnvironmentConfig
from pbckit.infra.offering import Offering
from pbckit.infra.pbc import Pbc
from pbckit.infra.service_levels import ServiceLevel
from pbckit.infra.unit import UnitArgs
from contracts.cards import PurchasePosted
from contracts.earning_rates import RATE
from contracts.points_calculation import PointsCalculated
from contracts.points_ledger import BALANCE, PointsPosted

IN_TIME = ServiceLevel(event=PurchasePosted, within_seconds=60, percent=99, promise="In time.")
config = EnvironmentConfig.load(("points-ledger", "earn-points"))
pbc = Pbc("points-ledger", UnitArgs(config=config, publishes_as=["points-ledger"]))
{action}
"""

UNNAMED_CALLER = """
from pathlib import Path
offering = Offering("earn-points", UnitArgs(config=config))
offering.workflow("earn", starts_on=[PurchasePosted], definition=Path("x"), asks=[BALANCE], values={})
"""


def run(folder: Path, action: str) -> Graph:
    for file in ("Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(ROOT / file, folder)
    (folder / "__main__.py").write_text(PROGRAM.format(action=action))
    code = folder / "lambdas/points_ledger"
    code.mkdir(parents=True, exist_ok=True)
    for module in ("check_sums", "balance"):
        (code / f"{module}.py").write_text("handler = print\n")
    return capture("dev", root=folder)


@pytest.mark.parametrize(
    ("action", "error", "message"),
    [
        ("pbc.publishes(PointsCalculated)", "ContractViolation", "points-calculation does"),
        ("pbc.exposes(RATE, [])", "ContractViolation", "earning-rates does"),
        (
            "pbc.subscribes(PointsCalculated, PurchasePosted, handler='post-points', grants=[])",
            "InvalidSubscription",
            "one source",
        ),
        ("pbc.subscribes(handler='post-points', grants=[])", "InvalidSubscription", "none"),
        (
            "pbc.subscribes(PointsCalculated, handler='post-points', grants=[], levels=[IN_TIME])",
            "InvalidServiceLevel",
            "PurchasePosted, which it does not consume; allowed: PointsCalculated",
        ),
        ("Pbc('deploy', UnitArgs(config=config))", "ReservedName", "no unit can be called 'deploy'"),
        (
            UNNAMED_CALLER,
            "ContractViolation",
            "earn-points cannot ask points-ledger.balance: its contract names the callers",
        ),
    ],
)
def test_what_the_contract_does_not_say_is_refused(tmp_path: Path, action: str, error: str, message: str):
    with pytest.raises(Exception, match=message) as raised:
        run(tmp_path, action)
    assert type(raised.value).__name__ == error


def test_a_scheduled_function_is_called_by_a_role_of_its_own_and_alarms_on_what_must_be_zero(tmp_path: Path):
    graph = run(tmp_path, "pbc.scheduled('check-sums', every_minutes=15, grants=[], must_be_zero={'SumOff': 'wrong'})")

    def named(kind: str, name: str) -> dict[str, Any]:
        (found,) = [one for one in graph.resources if one.type == kind and one.name == name]
        return dict(found.inputs)

    schedule = named("aws:scheduler/schedule:Schedule", "points-ledger-check-sums-schedule")
    arn = schedule["target"]["arn"]
    assert schedule["scheduleExpression"] == "rate(15 minutes)"
    assert arn.endswith("check-sums:live")
    policy = named("aws:iam/rolePolicy:RolePolicy", "points-ledger-check-sums-schedule-role-policy")["policy"]
    (statement,) = json.loads(policy)["Statement"]
    assert (statement["Action"], statement["Resource"]) == (["lambda:InvokeFunction"], [arn])
    alarm = named("aws:cloudwatch/metricAlarm:MetricAlarm", "points-ledger-sum-off")
    assert (alarm["metricName"], alarm["dimensions"]) == ("SumOff", {"service": "points-ledger"})
    assert (alarm["comparisonOperator"], alarm["threshold"]) == ("GreaterThanThreshold", 0)


def test_a_capability_alarms_on_what_must_be_zero(tmp_path: Path):
    action = "from contracts.points_ledger import BALANCE\npbc.exposes(BALANCE, [], must_be_zero={'SumOff': 'wrong'})"
    alarms = [
        dict(one.inputs)
        for one in run(tmp_path, action).by_type("aws:cloudwatch/metricAlarm:MetricAlarm")
        if one.inputs["metricName"] == "SumOff"
    ]
    (alarm,) = alarms
    assert (alarm["dimensions"], alarm["alarmDescription"]) == (
        {"service": "points-ledger"},
        "[ticket] wrong Runbook: docs/runbooks/sum-off.md",
    )
    assert (alarm["comparisonOperator"], alarm["threshold"]) == ("GreaterThanThreshold", 0)


def test_the_same_thing_twice_is_refused(tmp_path: Path):
    with pytest.raises(DuplicateUrn, match="registered twice"):
        run(tmp_path, "pbc.store()\npbc.store()")


@pytest.mark.parametrize(("releases", "left"), [("immediate", []), ("canary", ["functionVersion", "routingConfig"])])
def test_where_releases_are_canaries_a_deployment_leaves_the_alias(tmp_path: Path, releases: str, left: list[str]):
    run(tmp_path, "pbc.scheduled('check-sums', every_minutes=15, grants=[], must_be_zero={'SumOff': 'wrong'})")
    config = tmp_path / "Pulumi.dev.yaml"
    config.write_text(f"{config.read_text()}  rewards:releases: {releases}\n")
    aliases = capture("dev", root=tmp_path).by_type("aws:lambda/alias:Alias")
    assert aliases
    assert all(one.ignore_changes == left for one in aliases)
