"""Reports tell everything about each violation, in every format."""

import json

import access_matrix
import jsonschema
import pytest
import rule_reference
from access_matrix import CALLS, EVENTS, VIOLATION, Edge
from analysis import Analysis
from graph import from_export
from reports import FORMATS
from rules import every_rule
from rules.rule import Violation

from tests.conftest import captured
from tests.policies.test_engine import SETTINGS

LEAK = Violation(
    rule="isolation-direct-read",
    urn="urn:pulumi:dev::rewards::aws:iam/rolePolicy:RolePolicy::campaigns-policy",
    message="role x of campaigns may dynamodb:GetItem on table y of points-ledger | by a | b",
    unit="campaigns",
    store_unit="points-ledger",
    path=("role x", "dynamodb:GetItem", "table y"),
    fix="Ask by contract.",
)
RESULT_SCHEMA = {
    "type": "object",
    "required": ["$schema", "version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "required": ["tool", "results"],
                "properties": {
                    "tool": {"required": ["driver"], "properties": {"driver": {"required": ["name", "rules"]}}},
                    "results": {"items": {"required": ["ruleId", "level", "message", "locations"]}},
                },
            },
        },
    },
}
"""What code scanning needs of a SARIF log."""


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_tells_rule_units_path_and_fix(name):
    text = FORMATS[name]([LEAK])
    for part in (LEAK.rule, "campaigns", "points-ledger", *LEAK.path, LEAK.fix):
        assert part in text


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_report_is_not_empty(name):
    assert FORMATS[name]([]).strip()


def test_sarif_is_what_code_scanning_reads():
    log = json.loads(FORMATS["sarif"]([LEAK]))
    jsonschema.validate(log, RESULT_SCHEMA)
    run = log["runs"][0]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {rule.id for rule in every_rule()}
    assert run["results"][0]["ruleId"] == LEAK.rule


def test_a_pipe_in_a_message_does_not_break_the_table():
    row = next(line for line in FORMATS["markdown"]([LEAK]).splitlines() if "may dynamodb" in line)
    assert row.replace("\\|", "").count("|") == 5


def test_only_contract_edges_remain_in_the_system():
    edges = access_matrix.edges(Analysis(from_export(captured("dev").export()), SETTINGS))
    assert {edge.kind for edge in edges} == {CALLS, EVENTS}
    assert Edge("earn-points", "points-calculation", CALLS, "calculate") in edges
    assert Edge("points-ledger", "points-calculation", EVENTS, "PointsCalculated") in edges


def test_the_matrix_shows_what_a_change_adds():
    before = [Edge("a", "b", CALLS, "ask")]
    after = [*before, Edge("a", "c", VIOLATION, "dynamodb:Scan")]
    assert access_matrix.added(before, after) == [after[1]]
    page = access_matrix.markdown(after, ["a", "b", "c"])
    assert "**VIOLATION** dynamodb:Scan" in page
    assert "==>" in page


def test_the_reference_has_every_rule():
    page = rule_reference.page()
    for rule in every_rule():
        assert f"### `{rule.id}`" in page
        assert rule.fix in page
