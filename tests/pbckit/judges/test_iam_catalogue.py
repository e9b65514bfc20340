"""Faults in IAM documents that AWS accepts and that then allow nothing, or that it refuses."""

import json
from typing import Any

import pytest

from pbckit.judges.arn_patterns import overlap
from pbckit.judges.iam_catalogue import JUDGE
from pbckit.judges.service_reference import arns, matching
from pbckit.sandbox.graph import Graph, Resource

TABLE = "arn:aws:dynamodb:eu-central-1:111111111111:table/rewards-dev-tiers_store"
QUEUE = "arn:aws:sqs:eu-central-1:111111111111:rewards-dev-tiers_queue"
READ: dict[str, Any] = {"Sid": "Read", "Effect": "Allow", "Action": ["dynamodb:GetItem"], "Resource": [TABLE]}
TRUST: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": {"Federated": "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}},
}
USE: dict[str, Any] = {
    "Effect": "Allow",
    "Principal": {"Service": "events.amazonaws.com"},
    "Action": ["kms:Decrypt"],
    "Resource": "*",
    "Condition": {"StringEquals": {"kms:EncryptionContext:aws:events:event-bus:arn": "x", "aws:SourceAccount": "1"}},
}
POLICY, ROLE, KEY = "aws:iam/rolePolicy:RolePolicy", "aws:iam/role:Role", "aws:kms/key:Key"
INPUT = {POLICY: "policy", ROLE: "assumeRolePolicy", KEY: "policy"}


def found(token: str, *statements: Any, version: str = "2012-10-17") -> list[tuple[str, str, str, str]]:
    text = json.dumps({"Version": version, "Statement": list(statements)})
    resource = Resource(urn="one", type=token, name="one", custom=True, inputs={INPUT[token]: text})
    graph = Graph(project="rewards", stack="dev", resources=[resource])
    return [(one.property, one.problem, one.value, one.allowed) for one in JUDGE.judge(graph)]


@pytest.mark.parametrize(("token", "statement"), [(POLICY, READ), (ROLE, TRUST), (KEY, USE)])
def test_a_document_without_a_fault_passes(token: str, statement: dict[str, Any]):
    assert found(token, statement) == []


@pytest.mark.parametrize(
    ("changes", "problem", "value", "allowed"),
    [
        ({"Action": ["dynamodb:GetItems"]}, "Action names no action", "dynamodb:GetItems", "dynamodb:GetItem"),
        ({"Action": ["dynamo:GetItem"]}, "Action names no service", "dynamo:GetItem", "an action of a service"),
        ({"Action": ["dynamodb:Peek*"]}, "Action names no action", "dynamodb:Peek*", "an action of a service"),
        ({"Action": ["sqs:SendMessage", "dynamodb:GetItem"]}, "sqs:SendMessage acts on none", TABLE, "arn:${Partition}:sqs:"),
        ({"Resource": [TABLE, QUEUE]}, "no action of the statement acts on this resource", QUEUE, "arn:${Partition}:dynamodb"),
        ({"Resource": [f"{TABLE}/stream/*"]}, "dynamodb:GetItem acts on none", f"{TABLE}/stream/*", "arn:${Partition}:dynamodb"),
        ({"Resource": ["rewards-dev-tiers_store"]}, "Resource is no ARN", "rewards-dev-tiers_store", "an ARN, or *"),
        ({"Action": ["xray:PutTraceSegments"]}, "xray:PutTraceSegments cannot be confined", TABLE, "*"),
        ({"Condition": {"StringEquals": {"dynamodb:LeadingKey": "x"}}}, "condition key is not supported", "dynamodb:LeadingKey", "dynamodb:LeadingKeys"),
        ({"Condition": {"StringEquals": {"aws:PrincipalAcount": "x"}}}, "condition key is not supported", "aws:PrincipalAcount", ""),
        ({"Condition": {"StringEquals": {"kms:ViaService": "x"}}}, "condition key is not supported", "kms:ViaService", ""),
        ({"Condition": {"StringNotEquals": {"events:source": "x"}}}, "condition key is not supported", "events:source", ""),
        ({"Condition": {"StringIs": {"aws:PrincipalArn": "x"}}}, "has an unknown condition operator", "StringIs", "StringEquals"),
        ({"Principal": "*"}, "may not have Principal", "*", "no such element"),
        ({"Effect": "allow"}, "has no effect", "allow", "Allow, Deny"),
        ({"Actions": ["dynamodb:GetItem"]}, "has an unknown element", "Actions", "Sid, Effect"),
        ({"Resource": None}, "needs Resource or NotResource", "['Action', 'Effect', 'Sid']", "Resource or NotResource"),
    ],
)  # fmt: skip
def test_a_fault_in_what_a_role_may_do(changes: dict[str, Any], problem: str, value: str, allowed: str):
    statement = {key: item for key, item in {**READ, **changes}.items() if item is not None}
    matches = [one for one in found(POLICY, statement) if one[1].startswith(problem)]
    assert [one[2] for one in matches] == [value]
    assert allowed in matches[0][3]
    assert matches[0][0].startswith("policy.Statement[0] (Read)")


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ({**TRUST, "Action": "sts:AssumeRoleWithWebIdentities"}, "Action names no action"),
        ({**TRUST, "Resource": "*"}, "may not have Resource"),
        ({**TRUST, "Condition": {"StringEquals": {"gitlab.com:aud": "x"}}}, "condition key is not supported"),
    ],
)
def test_a_fault_in_who_may_assume_a_role(statement: dict[str, Any], problem: str):
    (one,) = found(ROLE, statement)
    assert one[1].startswith(problem)


def test_an_encryption_context_that_an_action_does_not_have_is_found():
    (one,) = found(KEY, {**USE, "Action": ["kms:Decrypt", "kms:DescribeKey"]})
    assert one[1] == "condition key is not supported by kms:DescribeKey"


def test_an_operator_that_is_true_without_the_key_may_stand_beside_actions_that_lack_it():
    actions = ["events:PutEvents", "events:DescribeEventBus"]
    bus = "arn:aws:events:eu-central-1:111111111111:event-bus/rewards"
    statement = {**READ, "Action": actions, "Resource": bus}
    assert found(POLICY, {**statement, "Condition": {"ForAllValues:StringEquals": {"events:source": "x"}}}) == []
    (one,) = found(POLICY, {**statement, "Condition": {"StringEquals": {"events:source": "x"}}})
    assert one[1] == "condition key is not supported by events:DescribeEventBus"


def test_two_statements_of_one_sid_are_found():
    assert [one[1] for one in found(POLICY, READ, READ)] == ["two statements have the same Sid"]


def test_a_version_without_policy_variables_is_found():
    assert [one[1:3] for one in found(POLICY, READ, version="2008-10-17")] == [("is no current version", "2008-10-17")]


def test_what_is_no_json_is_found():
    resource = Resource(urn="one", type=POLICY, name="one", custom=True, inputs={"policy": "{"})
    (one,) = JUDGE.judge(Graph(project="rewards", stack="dev", resources=[resource]))
    assert (one.problem, one.value) == ("is no JSON object", "{")


@pytest.mark.parametrize(
    ("pattern", "reference", "expected"),
    [
        ("*", "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}", True),
        (QUEUE, "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}", True),
        ("arn:aws:sqs:*:*:rewards-*", "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}", True),
        ("arn:aws:sqs:*:*:a:b", "arn:${Partition}:sqs:${Region}:${Account}:${QueueName}", False),
        (TABLE, "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}/index/${IndexName}", False),
        (f"{TABLE}*", "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}/index/${IndexName}", True),
        ("arn:aws:iam::1:role/a/b", "arn:${Partition}:iam::${Account}:role/${RoleNameWithPath}", True),
        ("arn:aws:logs:r:1:log-group:/aws/x:*", "arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}", True),
        ("arn:aws:s3:::bucket/${aws:userid}/*", "arn:${Partition}:s3:::${BucketName}/${ObjectName}", True),
        ("arn:aws:iam::1:role/a?", "arn:${Partition}:iam::${Account}:role/ab", True),
        ("arn:aws:iam::1:role/a?", "arn:${Partition}:iam::${Account}:role/a", False),
    ],
)  # fmt: skip
def test_patterns_meet_where_an_arn_fits_both(pattern: str, reference: str, *, expected: bool):
    assert overlap(pattern, reference, frozenset({"LogGroupName", "ObjectName"})) is expected


def test_the_reference_is_read():
    assert matching("dynamodb:getitem") == {"dynamodb:GetItem"}
    assert len(matching("dynamodb:*")) > 50
    assert arns("dynamodb:GetItem") == ("arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}",)
    assert arns("xray:PutTraceSegments") == ()
