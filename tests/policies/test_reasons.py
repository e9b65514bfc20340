"""Why each entry of the access matrix is as it is."""

import json

import pytest

from pbc_isolation.analysis import access_matrix
from pbc_isolation.analysis.access_matrix import CALLS, EVENTS, VIOLATION, Edge
from pbc_isolation.analysis.context import Analysis
from pbc_isolation.analysis.reasons import READS, WRITES, Reason, reasons
from pbc_isolation.rules import every_rule
from pbc_isolation.rules.rule import Violation
from pbc_isolation.stack.graph import Graph, from_export
from tests.conftest import captured
from tests.policies.test_engine import SETTINGS


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return Analysis(from_export(captured("dev").export()), SETTINGS)


@pytest.fixture(scope="module")
def found(analysis: Analysis) -> list[Reason]:
    return reasons(analysis)


def test_reasons_and_the_access_matrix_have_the_same_edges(analysis: Analysis, found: list[Reason]):
    between = {Edge(one.source, one.target, one.kind, one.what) for one in found if one.kind not in (READS, WRITES)}
    assert sorted(between) == access_matrix.edges(analysis)


def test_a_call_is_told_with_its_role_its_function_and_its_statement(found: list[Reason]):
    [call] = [one for one in found if (one.source, one.kind, one.what) == ("redeem-points", CALLS, "hold")]
    assert call.path[1:] == ("lambda:InvokeFunction", "function rewards-dev-points-ledger_hold")
    assert call.path[0].startswith("role rewards-dev-redeem-points_")
    statement = json.loads(call.statement)
    assert statement["Effect"] == "Allow"
    assert any(one.endswith(":function:rewards-dev-points-ledger_hold:live") for one in statement["Resource"])
    assert "aws:iam/rolePolicy:RolePolicy" in call.urn


def test_an_event_is_told_with_its_rule_its_queue_and_its_pattern(found: list[Reason]):
    [event] = [
        one for one in found if (one.source, one.kind, one.what) == ("points-ledger", EVENTS, "PointsCalculated")
    ]
    assert event.path[:2] == ("points-calculation", "PointsCalculated")
    assert event.path[-1].startswith("queue rewards-dev-points-ledger_")
    assert json.loads(event.statement)["source"] == ["points-calculation"]


def test_own_stores_are_told_by_what_roles_may_do_with_them(found: list[Reason]):
    own = {(one.source, one.kind, one.path[-1]) for one in found if one.kind in (READS, WRITES)}
    assert all(one.source == one.target for one in found if one.kind in (READS, WRITES))
    for kind in (READS, WRITES):
        assert ("points-ledger", kind, "table rewards-dev-points-ledger_store") in own
    outboxes = [one for one in found if one.path[-1] == "table rewards-dev-points-ledger_outbox"]
    relay = "role rewards-dev-points-ledger_relay"
    assert {one.kind for one in outboxes if one.path[0] == relay} >= {WRITES}
    stores = [one for one in found if one.path[-1] == "table rewards-dev-points-ledger_store"]
    assert relay not in {one.path[0] for one in stores}, "the relay must not read business state"


def _broken() -> tuple[Analysis, Violation]:
    rule = next(one for one in every_rule() if one.id == "isolation-direct-read")
    analysis = Analysis(Graph(list(rule.violating[0])), SETTINGS)
    return analysis, next(rule.check(analysis))


def test_a_forbidden_way_is_told_with_the_path_of_the_violation():
    analysis, violation = _broken()
    forbidden = [one for one in reasons(analysis) if one.kind == VIOLATION]
    assert violation.path in {one.path for one in forbidden}
    assert all(json.loads(one.statement)["Effect"] == "Allow" for one in forbidden)
