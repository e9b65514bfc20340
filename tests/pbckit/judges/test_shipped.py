"""The shipped program has no findings, and what is accepted is still there to be accepted."""

import pytest

from pbckit.judges.registry import JUDGES, accepted, findings
from pbckit.sandbox.program import capture
from tests.conftest import ROOT, captured

STACKS = ("dev", "staging", "prod", "migration")


@pytest.mark.parametrize("stack", STACKS)
def test_a_shipped_stack_has_no_findings(stack: str):
    assert findings(captured(stack)) == {name: [] for name in JUDGES}


def test_a_stack_with_read_apis_has_no_findings():
    callers = '["arn:aws:iam::111111111111:role/member-app"]'
    graph = capture("dev", root=ROOT, config={"rewards:readApiCallers": callers})
    assert graph.by_type("aws:apigateway/restApi:RestApi")
    assert findings(graph) == {name: [] for name in JUDGES}


@pytest.mark.parametrize("number", range(len(accepted())))
def test_an_accepted_finding_is_still_there(number: int):
    entry = accepted()[number]
    found = [one for stack in STACKS for one in JUDGES[entry.judge].judge(captured(stack))]
    assert any(entry.covers(one) for one in found), f"accepted.yaml: nothing is like {entry}"


def test_what_is_accepted_covers_nothing_else():
    entry = next(one for one in accepted() if one.judge == "iam-catalogue")
    found = next(one for one in JUDGES["iam-catalogue"].judge(captured("dev")) if entry.covers(one))
    assert not entry.covers(type(found)(**{**vars(found), "property": "policy.Statement[0] (Other)"}))
