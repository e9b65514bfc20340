"""What a violation says: the worst action first, what it reaches, and a fix that fits the case."""

import pytest

from pbc_isolation.engine import judge
from pbc_isolation.iam.catalogue import DEEDS, badness, entries
from pbc_isolation.rules.rule import Violation
from pbc_isolation.rules.samples import (
    ACCOUNT,
    Part,
    allow,
    arn,
    document,
    physical,
    queue,
    queue_arn,
    role,
    role_arn,
    stack,
    table,
    table_arn,
    thing,
)


def told(*parts: Part, rule: str) -> list[Violation]:
    return [one for one in judge(stack(*parts)) if one.rule == rule]


@pytest.mark.parametrize(
    ("action", "rule", "worst"),
    [
        ("dynamodb:*", "isolation-direct-read", "dynamodb:Scan"),
        ("dynamodb:*", "isolation-unclassified", "dynamodb:DeleteTable"),
        ("lambda:*", "isolation-functions", "lambda:UpdateFunctionCode"),
        ("s3:*", "isolation-objects-and-analytics", "s3:GetObject"),
        ("kms:*", "isolation-secrets-and-keys", "kms:Decrypt"),
        ("logs:*", "isolation-telemetry", "logs:FilterLogEvents"),
        ("iam:*", "isolation-identity", "iam:AttachRolePolicy"),
        ("sns:*", "isolation-queues-and-topics", "sns:Subscribe"),
        ("events:*", "isolation-orchestration", "events:PutRule"),
        ("athena:*", "isolation-objects-and-analytics", "athena:GetQueryResults"),
    ],
)
def test_the_worst_action_of_a_statement_is_named(action, rule, worst):
    found = told(role("orders", allow(action)), table("inventory"), rule=rule)
    [named] = [one for one in found if worst in one.path]
    assert f" may {worst} on everything in the account" in named.message


def test_reading_comes_before_describing():
    """By what the answers hold, where no pattern names an action."""
    given = ["whatever:IsNew", "ec2:DescribeRegions", "appsync:ListApiKeys", "cognito-idp:DescribeUserPoolClient"]
    assert sorted(given, key=badness) == given[::-1]
    assert {one.does for one in entries()} == set(DEEDS)


def test_a_statement_on_one_thing_names_it():
    [found] = told(
        role("orders", allow("dynamodb:GetItem", on=table_arn("inventory"))),
        table("inventory"),
        rule="isolation-direct-read",
    )
    assert f"on table {physical('inventory', 'store')} of inventory" in found.message
    assert "everything" not in found.message


def test_a_resource_policy_tells_the_worst_that_it_admits():
    statement = {**allow("sqs:*", on=queue_arn("inventory")), "Principal": {"AWS": role_arn("orders")}}
    policy = {
        "queueUrl": f"https://sqs.eu-central-1.amazonaws.com/{ACCOUNT}/{physical('inventory', 'queue')}",
        "policy": document(statement),
    }
    [found] = told(
        queue("inventory"),
        thing("inventory", "aws:sqs/queuePolicy:QueuePolicy", "policy", policy),
        role("inventory"),
        role("orders"),
        rule="isolation-declared-policies",
    )
    assert "for sqs:ReceiveMessage and" in found.message


def test_a_grant_is_worse_than_a_deletion():
    administrators = {**allow("kms:Create*", "kms:Delete*"), "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
    [found] = told(
        thing("inventory", "aws:kms/key:Key", "key", {"policy": document(administrators)}),
        role("inventory"),
        rule="isolation-declared-policies",
    )
    assert "for kms:CreateGrant and" in found.message


def test_a_managed_policy_is_to_be_copied():
    attached = {"role": physical("orders", "worker"), "policyArn": "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"}
    attachment = thing("orders", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "more", attached)
    unprovable = told(role("orders"), attachment, rule="isolation-unprovable")
    found = next(one for one in unprovable if "AmazonDynamoDBFullAccess" in one.message)
    assert found.fix.startswith("Copy the statements")
    assert "managedPolicies" in found.fix


def test_an_api_acts_under_a_role():
    integration = {"apiId": "a1b2c3", "integrationType": "AWS_PROXY", "integrationUri": arn("lambda", "function:x")}
    [found] = told(
        thing("orders", "aws:apigatewayv2/integration:Integration", "to", integration), rule="isolation-declared-wiring"
    )[:1]
    assert "credentialsArn" in found.fix
    route = {"apiId": "a1b2c3", "routeKey": "GET /x", "target": "integrations/x"}
    open_route = told(
        thing("orders", "aws:apigatewayv2/integration:Integration", "to", integration),
        thing("orders", "aws:apigatewayv2/route:Route", "get", route),
        rule="boundary-nothing-public",
    )
    assert open_route
    assert all("authorizer" in one.fix and "credentialsArn" in one.fix for one in open_route)


def test_mail_goes_to_own_topics():
    topic = arn("sns", physical("inventory", "news"))
    mail = {"topic": topic, "protocol": "email", "endpoint": "me@example.com"}
    [found] = told(
        thing("inventory", "aws:sns/topic:Topic", "news", {"name": physical("inventory", "news")}),
        thing("orders", "aws:sns/topicSubscription:TopicSubscription", "mail", mail),
        rule="isolation-declared-wiring",
    )
    assert found.fix.startswith("Subscribe to a topic of the own unit: mail")
