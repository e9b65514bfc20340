"""Workflows may deliver their logs and traces as AWS's own policies allow it, boundary included."""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from pbckit.sandbox.graph import Graph, Resource
from tests.conftest import captured

MACHINE, ROLE, ROLE_POLICY, POLICY = (
    "aws:sfn/stateMachine:StateMachine",
    "aws:iam/role:Role",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/policy:Policy",
)
LOGGING = (
    "logs:CreateLogDelivery",
    "logs:CreateLogStream",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutLogEvents",
    "logs:UpdateLogDelivery",
)
"""Step Functions Developer Guide, "Using CloudWatch Logs to log execution history in Step Functions", IAM policies; but
for `logs:PutResourcePolicy`, see decision 37."""
TRACING = ("xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:PutTelemetryRecords", "xray:PutTraceSegments")
"""Step Functions Developer Guide, "Trace Step Functions request data in AWS X-Ray", IAM policy."""
ON_A_LOG_GROUP = ("logs:CreateLogStream", "logs:PutLogEvents")


def allows(text: str, action: str, resource: str) -> bool:
    statements = json.loads(text)["Statement"]
    return any(
        one["Effect"] == "Allow"
        and action in one.get("Action", ())
        and any(fnmatchcase(resource, pattern) for pattern in one.get("Resource", ()))
        for one in statements
    )


def workflows(graph: Graph) -> Iterator[tuple[Resource, str, str]]:
    """Each state machine with the policy of its role, and the boundary."""
    roles = {one.inputs["name"]: one for one in graph.by_type(ROLE)}
    policies = {one.inputs["role"]: one.inputs["policy"] for one in graph.by_type(ROLE_POLICY)}
    boundaries = {one.inputs["name"]: one.inputs["policy"] for one in graph.by_type(POLICY)}
    for machine in graph.by_type(MACHINE):
        name = machine.inputs["roleArn"].rpartition("/")[2]
        yield machine, policies[name], boundaries[roles[name].inputs["permissionsBoundary"].rpartition("/")[2]]


def stream(machine: Resource) -> str:
    """ARN of a log stream in the log group of a workflow."""
    _, partition, _, region, account, *_ = machine.inputs["roleArn"].replace(":iam::", ":iam:eu-central-1:").split(":")
    name = machine.inputs["name"]
    return f"arn:{partition}:logs:{region}:{account}:log-group:/aws/vendedlogs/states/{name}:log-stream:2030"


def test_workflows_may_log_and_trace(graph: Graph):
    found = list(workflows(graph))
    assert found
    for machine, policy, boundary in found:
        for action in (*LOGGING, *TRACING):
            resource = stream(machine) if action in ON_A_LOG_GROUP else "*"
            resource = resource.replace("eu-central-1", region(graph))
            assert allows(policy, action, resource), f"{machine.name}: {action}"
            assert allows(boundary, action, resource), f"boundary of {machine.name}: {action}"


def test_workflows_write_to_their_own_log_groups_only(dev: Graph):
    for machine, policy, _ in workflows(dev):
        other = stream(machine).replace(machine.inputs["name"], "rewards-dev-points-ledger_other")
        assert not any(allows(policy, action, other) for action in ON_A_LOG_GROUP), machine.name


def test_no_role_changes_log_policies_because_the_platforms_admits_every_workflow(graph: Graph):
    documents: list[str] = [one.inputs["policy"] for one in graph.by_type(ROLE_POLICY)]
    assert not any("logs:PutResourcePolicy" in text for text in documents)
    [log_policy] = graph.by_type("aws:cloudwatch/logResourcePolicy:LogResourcePolicy")
    [statement] = json.loads(log_policy.inputs["policyDocument"])["Statement"]
    [pattern] = statement["Resource"]
    assert statement["Principal"] == {"Service": "delivery.logs.amazonaws.com"}
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    for machine, _, _ in workflows(graph):
        assert fnmatchcase(stream(machine).replace("eu-central-1", region(graph)), pattern)


def region(graph: Graph) -> str:
    rules: list[dict[str, Any]] = [one.inputs for one in graph.by_type("aws:sqs/queuePolicy:QueuePolicy")]
    return json.loads(rules[0]["policy"])["Statement"][0]["Resource"][0].split(":")[3]


def test_the_right_is_missed_where_it_is_taken_away():
    graph = captured("dev")
    machine, policy, _ = next(workflows(graph))
    assert not allows(policy.replace("xray:GetSamplingRules", "xray:Other"), "xray:GetSamplingRules", "*")
    assert not allows(policy.replace("/aws/vendedlogs/", "/aws/other/"), "logs:PutLogEvents", stream(machine))
