"""Rights on keys: each that AWS documents is missed where it is taken away, and the shipped program has all of them."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pbckit.judges.finding import Finding
from pbckit.judges.key_rights import JUDGE, Use, documented
from pbckit.sandbox.graph import Graph
from tests.conftest import captured
from tests.pbckit.judges.conftest import one

UNITS = ("platform", "operations", "campaigns", "points-ledger")
USES = [(use, action) for use in documented().uses for action in use.actions]
PIPELINES = [(use, action) for use, action in USES if use.by == "deployer" and "EventBus" not in use.type]
DEPLOYMENT = "rewards-dev-deploy_campaigns"
Change = Callable[[dict[str, Any]], Any]


@pytest.fixture(scope="module")
def program() -> Graph:
    """Units that have all that needs rights on keys."""
    graph = captured("dev")
    return replace(graph, resources=[one for one in graph.resources if one.name.startswith(UNITS)])


def found(program: Graph, token: str, key: str, change: Change, name: str = "") -> list[Finding]:
    """The findings after a change of each statement of the documents of a type, or of the one with a name."""
    resources = [replace(one, inputs=dict(one.inputs)) for one in program.resources]
    for resource in resources:
        if resource.type == token and name in (resource.inputs.get("role"), resource.inputs.get("name"), ""):
            body = json.loads(resource.inputs[key])
            for statement in body["Statement"]:
                change(statement)
            resource.inputs[key] = json.dumps(body)
    return list(JUDGE.judge(replace(program, resources=resources)))


def in_keys(program: Graph, change: Change) -> list[Finding]:
    return found(program, "aws:kms/key:Key", "policy", change)


def without(action: str) -> Change:
    def change(statement: dict[str, Any]) -> None:
        statement["Action"] = [one for one in statement["Action"] if one != action]

    return change


def about(use: Use, findings: list[Finding]) -> list[Finding]:
    """The findings about a use."""
    return [one for one in findings if one.source == use.source and use.operations[0] in one.problem]


def test_the_units_of_these_tests_have_all_rights(program: Graph):
    assert list(JUDGE.judge(program)) == []


@pytest.mark.parametrize(("use", "action"), USES, ids=lambda value: getattr(value, "type", value))
def test_a_right_that_a_key_policy_does_not_give_is_missed(program: Graph, use: Use, action: str):
    missed = about(use, in_keys(program, without(action)))
    assert missed
    assert {one.value for one in missed} == {action}
    assert all("is not allowed by the policy of" in one.problem for one in missed)


@pytest.mark.parametrize("document", ["rights", "limit"])
@pytest.mark.parametrize(("use", "action"), PIPELINES, ids=lambda value: getattr(value, "type", value))
def test_a_right_that_a_pipeline_does_not_have_is_missed(program: Graph, use: Use, action: str, document: str):
    token = "aws:iam/rolePolicy:RolePolicy" if document == "rights" else "aws:iam/policy:Policy"
    graph = captured("dev") if use.type.startswith("aws:cloudwatch/") else program
    name = DEPLOYMENT if graph is program else DEPLOYMENT.replace("campaigns", "points-ledger")
    missed = about(use, found(program, token, "policy", without(action), name))
    assert missed
    assert {one.value for one in missed} == {action}
    assert all(name in one.problem and "policies and the boundary" in one.problem for one in missed)


def test_a_right_that_a_role_does_not_have_is_missed(program: Graph):
    role = "rewards-dev-campaigns_bonuses"
    missed = found(program, "aws:iam/rolePolicy:RolePolicy", "policy", without("kms:Decrypt"), role)
    assert {one.value for one in missed} == {"kms:Decrypt"}
    assert all(f"by {role}: " in one.problem for one in missed)


def where(key: str, value: Any, operator: str = "StringEquals") -> Change:
    """Sets a condition wherever a statement has it."""

    def change(statement: dict[str, Any]) -> None:
        for tests in statement.get("Condition", {}).values():
            if key in tests:
                tests[key] = value

    return change


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("kms:ViaService", "sqs.eu-central-1.amazonaws.com"),
        ("kms:ViaService", "dynamodb.us-east-1.amazonaws.com"),
        ("kms:CallerAccount", "222222222222"),
        ("kms:EncryptionContext:aws:dynamodb:tableName", "another"),
        (
            "kms:EncryptionContext:aws:events:event-bus:arn",
            "arn:aws:events:eu-central-1:111111111111:event-bus/default",
        ),
        ("kms:EncryptionContext:aws:logs:arn", "arn:aws:logs:eu-central-1:111111111111:log-group:other"),
        ("kms:GrantIsForAWSResource", "false"),
        ("aws:SourceArn", "arn:aws:events:eu-central-1:111111111111:rule/other/*"),
        ("aws:SourceAccount", "222222222222"),
        ("aws:PrincipalArn", "arn:aws:iam::111111111111:role/other"),
    ],
)
def test_a_condition_that_does_not_hold_is_missed(program: Graph, key: str, value: str):
    assert in_keys(program, where(key, value))


def test_a_condition_that_a_request_has_no_value_for_is_missed(program: Graph):
    """Archives send no source ARN, and `kms:DescribeKey` has no encryption context."""

    def narrow(statement: dict[str, Any]) -> None:
        if statement.get("Principal") == {"Service": "events.amazonaws.com"} and statement["Sid"] == "ArchiveEvents":
            statement["Condition"]["ArnLike"] = {"aws:SourceArn": "*"}

    def by_context(statement: dict[str, Any]) -> None:
        if "kms:DescribeKey" in statement["Action"] and statement.get("Principal") == {
            "Service": "events.amazonaws.com"
        }:
            bus = {"kms:EncryptionContext:aws:events:event-bus:arn": "*"}
            statement["Condition"] = {"StringLike": bus}

    assert {one.resource.split()[0] for one in in_keys(program, narrow)} == {"aws:cloudwatch/eventArchive:EventArchive"}
    assert {one.value for one in in_keys(program, by_context)} == {"kms:DescribeKey"}


def test_the_key_policy_alone_is_not_enough_for_a_pipeline(program: Graph):
    def another_alias(statement: dict[str, Any]) -> None:
        for tests in statement.get("Condition", {}).values():
            if "kms:ResourceAliases" in tests:
                tests["kms:ResourceAliases"] = "alias/rewards-dev-points-ledger_key"

    missed = found(program, "aws:iam/rolePolicy:RolePolicy", "policy", another_alias, DEPLOYMENT)
    assert {one.resource.split()[0] for one in missed} == {"aws:dynamodb/table:Table"}


def test_a_denial_in_a_key_policy_counts(program: Graph):
    def deny(statement: dict[str, Any]) -> None:
        if statement["Sid"] == "Administer":
            statement.update(Effect="Deny", Principal="*", Action=["kms:Decrypt"])

    assert {one.value for one in in_keys(program, deny)} >= {"kms:Decrypt"}


def test_a_type_with_a_key_that_is_not_listed_is_a_finding(program: Graph):
    resources = [replace(each, inputs=dict(each.inputs)) for each in program.resources]
    graph = replace(program, resources=resources)
    one(graph, "Function", "campaigns-bonuses-function").inputs["kmsKeyArn"] = "key"
    (only,) = JUDGE.judge(graph)
    assert only.property == "kmsKeyArn"
    assert only.problem == "nothing says which rights on its key a resource of this type needs"


def test_every_documented_use_is_met_in_the_shipped_program():
    """No entry is dead: each finds a right to miss."""
    types = {one.type for one in captured("dev").resources}
    assert {use.type for use in documented().uses} | set(documented().stores) <= types
