"""Reports tell everything about each violation, in every format."""

import json
from collections.abc import Sequence

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbc_isolation import rule_reference
from pbc_isolation.analysis import access_matrix
from pbc_isolation.analysis.access_matrix import CALLS, EVENTS, VIOLATION, Edge
from pbc_isolation.analysis.assumptions import ASSUMPTIONS
from pbc_isolation.analysis.context import Analysis
from pbc_isolation.reports import FORMATS, table
from pbc_isolation.result import Verdict
from pbc_isolation.rules import every_rule
from pbc_isolation.rules.rule import Violation, from_text
from pbc_isolation.stack.graph import from_export
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


CALL = Edge("a", "b", CALLS, "ask")
NEW = Edge("a", "c", VIOLATION, "dynamodb:Scan")


def verdict(*violations: Violation, edges: Sequence[Edge] = (), **more: Sequence[Edge]) -> Verdict:
    return Verdict(
        project="rewards",
        stack="dev",
        units=["a", "b", "c"],
        resources=3,
        violations=violations,
        edges=edges,
        **more,
    )


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_tells_rule_units_path_and_fix(name):
    text = FORMATS[name](verdict(LEAK))
    for part in (LEAK.rule, "campaigns", "points-ledger", *LEAK.path, LEAK.fix):
        assert part in text


def test_a_pass_is_quiet_in_a_terminal():
    assert FORMATS["table"](verdict()).count("\n") == 1
    for assumption in ASSUMPTIONS:
        assert assumption in table.rests_on()


@pytest.mark.parametrize("name", ["markdown", "json"])
def test_a_pass_tells_what_was_judged_and_what_it_rests_on(name):
    text = FORMATS[name](verdict())
    assert "dev" in text
    assert "3" in text
    for assumption in ASSUMPTIONS:
        assert assumption in text


def test_sarif_is_what_code_scanning_reads():
    log = json.loads(FORMATS["sarif"](verdict(LEAK)))
    jsonschema.validate(log, RESULT_SCHEMA)
    run = log["runs"][0]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {rule.id for rule in every_rule()}
    assert run["results"][0]["ruleId"] == LEAK.rule


def test_json_is_one_object_with_everything():
    body = json.loads(FORMATS["json"](verdict(LEAK, edges=[CALL])))
    [violation] = body["violations"]
    assert violation["path"] == list(LEAK.path)
    assert body["edges"] == [{"source": "a", "target": "b", "kind": CALLS, "what": "ask"}]
    assert body["added"] is None


def test_a_pipe_in_a_message_does_not_break_the_table():
    row = next(line for line in FORMATS["markdown"](verdict(LEAK)).splitlines() if "may dynamodb" in line)
    assert row.replace("\\|", "").count("|") == 5


words = st.text(min_size=1).map(lambda text: " ".join(text.replace("→", "").split())).filter(bool)


@given(st.builds(Violation, words, words, words, st.none() | words, st.none() | words, st.tuples(words, words), words))
def test_what_crosses_the_protocol_as_text_is_read_back(violation):
    assert from_text(violation.rule, violation.urn, violation.text) == violation


def test_only_contract_edges_remain_in_the_system():
    edges = access_matrix.edges(Analysis(from_export(captured("dev").export()), SETTINGS))
    assert {edge.kind for edge in edges} == {CALLS, EVENTS}
    assert Edge("earn-points", "points-calculation", CALLS, "calculate") in edges
    assert Edge("points-ledger", "points-calculation", EVENTS, "PointsCalculated") in edges


def test_a_comment_shows_what_a_change_adds_and_takes_away():
    text = FORMATS["markdown"](verdict(edges=[NEW], added=[NEW], removed=[CALL]))
    assert "**new:** a **can reach by** dynamodb:Scan of c" in text
    assert "gone: a calls ask of b" in text
    assert "Nothing." in FORMATS["markdown"](verdict(added=[], removed=[]))
    assert "changes between units" not in FORMATS["markdown"](verdict())


names = st.from_regex("[a-z][a-z-]{0,9}", fullmatch=True)
edges = st.builds(Edge, names, names, st.sampled_from([CALLS, EVENTS, VIOLATION]), names)


@given(st.lists(edges, unique=True))
def test_a_matrix_is_read_back_from_its_page(found):
    units = sorted({unit for edge in found for unit in (edge.source, edge.target)})
    assert access_matrix.read_table(access_matrix.page(found, units, "dev")) == sorted(found)


def test_what_has_no_matrix_has_no_edges():
    assert access_matrix.read_table("nothing here") == []


def test_violations_are_thick_in_the_picture():
    assert "==>" in access_matrix.mermaid([NEW])


def test_the_reference_has_every_rule():
    page = rule_reference.page()
    for rule in every_rule():
        assert f"### `{rule.id}`" in page
        assert rule.fix in page
