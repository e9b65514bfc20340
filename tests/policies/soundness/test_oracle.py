"""The evaluator and the rules against an exact judge: never "cannot" where a concrete request passes."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings

from pbc_isolation.engine import judge
from pbc_isolation.iam.evaluator import can
from pbc_isolation.iam.globs import Glob
from pbc_isolation.iam.principals import Principal, collect
from pbc_isolation.iam.regions import Region
from pbc_isolation.rules.samples import queue, role, stack, table
from pbc_isolation.stack.graph import Graph
from pbckit.judges.policy_evaluation import Request, allowed
from tests.policies.soundness.worlds import (
    ACTIONS,
    FOREIGN,
    INDEX,
    OWN,
    QUEUE,
    REQUESTS,
    RESOURCES,
    ROLE,
    boundaries,
    policies,
)

Statements = list[dict[str, Any]]


def possible(identity: Statements, boundary: Statements | None) -> set[tuple[str, str]]:
    """The actions and resources for which some request passes, by the exact judge."""
    documents = [{"Statement": identity}]
    cap = None if boundary is None else {"Statement": boundary}
    return {(one.action, one.resource) for one in REQUESTS if allowed(documents, cap, one)}


def principal(identity: Statements, boundary: Statements | None) -> Principal:
    [found] = collect(Graph(stack(role("orders", *identity, boundary=boundary)))).principals
    return found


def claimed(who: Principal) -> set[tuple[str, str]]:
    """The actions and resources that the evaluator says are possible."""
    return {
        (action, resource)
        for action in ACTIONS
        for resource in RESOURCES
        if action.split(":")[0] == resource.split(":")[2]
        and can(who, action.lower(), Region((Glob(resource),))) is not None
    }


@given(policies, boundaries)
@settings(max_examples=400)
def test_the_evaluator_never_says_cannot_where_a_request_passes(identity, boundary):
    assert possible(identity, boundary) <= claimed(principal(identity, boundary))


@given(policies, boundaries)
@settings(max_examples=150)
def test_a_role_that_reaches_a_foreign_store_always_violates(identity, boundary):
    """The whole way: from documents in a stack to a violation of isolation."""
    found = judge(
        stack(role("orders", *identity, boundary=boundary), table("orders"), table("inventory"), queue("inventory"))
    )
    if any(resource in (FOREIGN, INDEX, QUEUE) for _, resource in possible(identity, boundary)):
        assert any(one.rule.startswith("isolation-") for one in found)


def measured(examples: int) -> Counter[str]:
    """How often evaluator and judge agree, over random policies. Deterministic: the examples are always the same."""
    counted: Counter[str] = Counter()

    @settings(max_examples=examples, database=None, derandomize=True)
    @given(policies, boundaries)
    def count(identity: Statements, boundary: Statements | None) -> None:
        real, said = possible(identity, boundary), claimed(principal(identity, boundary))
        counted["both: possible"] += len(real & said)
        counted["only the evaluator: possible"] += len(said - real)
        counted["only the judge: possible"] += len(real - said)
        counted["pairs"] += sum(action.split(":")[0] == one.split(":")[2] for action in ACTIONS for one in RESOURCES)

    count()
    return counted


def test_the_evaluator_is_seldom_too_careful():
    """Precision: of what it calls possible, most really is, under some context of the small world.

    The rest are conditions that contradict each other, and ARNs of which it is not known what AWS makes of them.
    """
    counted = measured(300)
    assert counted["only the judge: possible"] == 0
    said = counted["both: possible"] + counted["only the evaluator: possible"]
    assert counted["both: possible"] / said > 0.7, counted


ALLOW: dict[str, Any] = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": FOREIGN}


@pytest.mark.parametrize(
    ("statement", "context", "expected"),
    [
        (ALLOW, {}, True),
        ({**ALLOW, "Resource": OWN}, {}, False),
        ({**ALLOW, "Action": "DynamoDB:get*"}, {}, True),
        ({**ALLOW, "Resource": "arn:aws:dynamodb"}, {}, True),
        ({**ALLOW, "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}, {}, False),
        ({**ALLOW, "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}, {"aws:sourcevpc": "vpc-1"}, True),
        ({**ALLOW, "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}}}, {}, True),
        ({**ALLOW, "Condition": {"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}}, {}, True),
        ({**ALLOW, "Condition": {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "me"}}}, {}, True),
        ({**ALLOW, "Condition": {"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": "me"}}}, {}, False),
        ({**ALLOW, "Condition": {"Null": {"aws:SourceVpc": "true"}}}, {}, True),
        ({**ALLOW, "Resource": FOREIGN.replace("inventory", "${aws:PrincipalTag/unit}")}, {}, False),
        (
            {**ALLOW, "Resource": FOREIGN.replace("inventory", "${aws:PrincipalTag/unit}")},
            {"aws:principaltag/unit": "inventory"},
            True,
        ),
    ],
)
def test_the_judge_itself_decides_as_documented(statement, context, expected):
    request = Request("dynamodb:GetItem", FOREIGN, {"aws:principalarn": ROLE, **context})
    assert allowed([{"Statement": statement}], None, request) is expected


def test_the_judge_lets_a_denial_win_and_a_boundary_cap():
    request = Request("dynamodb:GetItem", FOREIGN, {})
    deny = {**ALLOW, "Effect": "Deny"}
    assert not allowed([{"Statement": [ALLOW, deny]}], None, request)
    assert not allowed([{"Statement": [ALLOW]}], {"Statement": [{**ALLOW, "Resource": OWN}]}, request)
    assert allowed([{"Statement": [ALLOW]}], {"Statement": [ALLOW]}, request)
    assert not allowed([], {"Statement": [ALLOW]}, request)
