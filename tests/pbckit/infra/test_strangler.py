"""The stack `migration`: the facade and the legacy system beside the others, and judged like them."""

import json

import pytest

from pbckit.cli.deployment.policy_pack import judge
from pbckit.contracts import catalogue
from pbckit.infra.pbc import ContractViolation
from pbckit.infra.strangler import LegacyEndpoint
from pbckit.sandbox.graph import Graph
from tests.conftest import captured

PREFIX = "arn:aws:lambda:eu-central-1:000000000000:function:rewards-migration-"
FACADE = f"{PREFIX}categorization-facade_categorize:live"
CANDIDATE = f"{PREFIX}merchant-categorization_categorize:live"
LEGACY = f"{PREFIX}legacy-rewards_service:live"


@pytest.fixture(scope="module")
def migration() -> Graph:
    return captured("migration")


def policy(graph: Graph, name: str) -> str:
    return graph.one("aws:iam/rolePolicy:RolePolicy", name).inputs["policy"]


def test_the_policy_pack_passes_with_the_facade_and_the_legacy_system_in_the_stack(migration: Graph):
    verdict = judge(migration.export(), preview=True)
    assert verdict.violations == []
    assert set(catalogue.migration_units()) <= set(verdict.units)


def test_the_legacy_system_is_its_own_owner_and_reaches_nobody(migration: Graph):
    edges = judge(migration.export(), preview=True).edges
    assert {edge.source for edge in edges if edge.target == "legacy-rewards"} == {"categorization-facade", "operations"}
    assert not [edge for edge in edges if edge.source == "legacy-rewards"]
    assert not [edge for edge in edges if edge.kind == "violation"]


def test_earn_points_asks_the_facade_and_cannot_go_around_it(migration: Graph):
    workflow = policy(migration, "earn-points-earn-role-policy")
    definition = migration.one("aws:sfn/stateMachine:StateMachine", "earn-points-earn-machine").inputs["definition"]
    boundary = migration.one("aws:iam/policy:Policy", "earn-points-boundary").inputs["policy"]
    for text in (workflow, definition, boundary):
        assert FACADE in text
        assert CANDIDATE not in text


def test_only_the_facade_asks_both_sides(migration: Graph):
    for thing in ("categorize", "compare"):
        text = policy(migration, f"categorization-facade-{thing}-role-policy")
        assert CANDIDATE in text
        assert LEGACY in text
    for thing in ("guard", "steer", "migration", "list-mismatches"):
        assert "lambda:InvokeFunction" not in policy(migration, f"categorization-facade-{thing}-role-policy")


def test_who_answers_callers_cannot_change_the_routing(migration: Graph):
    text = policy(migration, "categorization-facade-categorize-role-policy")
    assert not [action for action in ("PutItem", "UpdateItem", "DeleteItem") if f"dynamodb:{action}" in text]


def test_the_guard_looks_every_minute_and_alarms_compare_the_sides(migration: Graph):
    guard = migration.one("aws:scheduler/schedule:Schedule", "categorization-facade-guard-schedule")
    assert guard.inputs["scheduleExpression"] == "rate(1 minute)"
    alarms = {
        one.inputs["metricName"]: one.inputs["threshold"]
        for one in migration.by_type("aws:cloudwatch/metricAlarm:MetricAlarm")
        if one.inputs.get("dimensions", {}).get("service") == "categorization-facade"
    }
    assert {"MismatchPercent", "ExcessErrorPercent", "LatencyRatio", "NotesLost"} <= set(alarms)


@pytest.mark.parametrize("stack", ["local", "dev", "staging", "prod"])
def test_without_a_migration_nothing_of_it_is_there(stack: str):
    text = json.dumps(captured(stack).export())
    assert not [unit for unit in catalogue.migration_units() if f"{unit}_" in text]


def test_a_legacy_endpoint_is_reached_by_https_only():
    assert LegacyEndpoint(url="https://legacy.example/rewards").url
    with pytest.raises(ContractViolation, match="https"):
        LegacyEndpoint(url="http://legacy.example/rewards")
