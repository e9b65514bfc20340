"""One fault of each kind in the shipped program: exactly the judge that is for it reports it, and nothing else does."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from pbckit.judges.finding import Finding
from pbckit.sandbox.graph import Graph
from tests.pbckit.judges.conftest import Mutate, one

Judged = Callable[[Mutate], dict[str, list[Finding]]]


def set_input(token: str, name: str, /, **inputs: Any) -> Mutate:
    """A fault in the inputs of a resource."""
    return lambda graph: one(graph, token, name).inputs.update(inputs)


def in_document(token: str, name: str, key: str, change: Callable[[dict[str, Any]], None]) -> Mutate:
    """A fault in an input that is a JSON document."""

    def mutate(graph: Graph) -> None:
        inputs = one(graph, token, name).inputs
        body = json.loads(inputs[key])
        change(body)
        inputs[key] = json.dumps(body, separators=(",", ":"))

    return mutate


def in_role(change: Callable[[dict[str, Any]], None]) -> Mutate:
    """A fault in the first statement of what a function may do."""
    return in_document(
        "RolePolicy", "campaigns-bonuses-role-policy", "policy", lambda body: change(body["Statement"][0])
    )


def in_workflow(change: Callable[[dict[str, Any]], None]) -> Mutate:
    """A fault in the states of a workflow."""
    return in_document("StateMachine", "earn-points-earn-machine", "definition", lambda body: change(body["States"]))


def without(token: str, name: str, sid: str, action: str) -> Mutate:
    """An action taken out of a statement of a policy."""

    def change(body: dict[str, Any]) -> None:
        (statement,) = [each for each in body["Statement"] if each["Sid"] == sid]
        statement["Action"].remove(action)

    return in_document(token, name, "policy", change)


FAULTS: dict[str, tuple[Mutate, str, str, str, str]] = {
    # fault: what is done, the judge, the end of the resource's name, the value, what is in the allowed
    "wrong enum": (
        set_input("Table", "campaigns-store-table", billingMode="ON_DEMAND"),
        "api-models", "campaigns-store-table", "ON_DEMAND", "PAY_PER_REQUEST",
    ),
    "wrong type": (
        set_input("Function", "campaigns-bonuses-function", timeout="10"),
        "api-models", "campaigns-bonuses-function", "10", "integer",
    ),
    "number out of range": (
        set_input("Function", "campaigns-bonuses-function", timeout=901),
        "api-models", "campaigns-bonuses-function", "901", "1 to 900",
    ),
    "too long name": (
        set_input("Schedule", "campaigns-outbox-sweeper-schedule", name="rewards-dev-campaigns_" + "s" * 43),
        "api-models", "campaigns-outbox-sweeper-schedule", "s" * 43, "1 to 64",
    ),
    "undocumented retention": (
        set_input("LogGroup", "campaigns-bonuses-logs", retentionInDays=15),
        "api-models", "campaigns-bonuses-logs", "15", "14, 30",
    ),
    "unknown action": (
        in_role(lambda statement: statement["Action"].append("logs:PutLogEvent")),
        "iam-catalogue", "campaigns-bonuses-role-policy", "logs:PutLogEvent", "logs:PutLogEvents",
    ),
    "action on another resource": (
        in_role(lambda statement: statement["Action"].append("sqs:SendMessage")),
        "iam-catalogue", "campaigns-bonuses-role-policy", "arn:aws:logs:", "arn:${Partition}:sqs:",
    ),
    "wrong condition key": (
        in_role(lambda statement: statement.update(Condition={"StringEquals": {"logs:LogGroup": "x"}})),
        "iam-catalogue", "campaigns-bonuses-role-policy", "logs:LogGroup", "aws:ResourceTag",
    ),
    "too long document": (
        in_document("Policy", "campaigns-boundary", "policy", lambda body: body.update(Id="x" * 4000)),
        "sizes", "campaigns-boundary", "", "at most 6144",
    ),
    "too much environment": (
        set_input("Function", "campaigns-bonuses-function", environment={"variables": {"UNIT": "x" * 4096}}),
        "sizes", "campaigns-bonuses-function", "", "at most 4096",
    ),
    "missing pipeline right": (
        without("RolePolicy", "campaigns-deployment-rights", "Schemas", "schemas:CreateSchema"),
        "provider-calls", "campaigns-CampaignChanged-schema", "campaigns@CampaignChanged", "schemas:CreateSchema",
    ),
    "missing handler": (
        set_input("Function", "campaigns-bonuses-function", handler="lambdas.campaigns.bonusses.handler"),
        "handlers", "campaigns-bonuses-function", "lambdas.campaigns.bonusses.handler", "lambdas.campaigns.bonuses.handler",
    ),
    "missing caller's right": (
        without("Key", "platform-key", "UseThroughBus", "kms:Encrypt"),
        "key-rights", "platform-bus", "kms:Encrypt", "kms:Encrypt on platform-key",
    ),
    "missing right of a service": (
        without("Key", "platform-key", "EncryptEvents", "kms:GenerateDataKey"),
        "key-rights", "platform-bus", "kms:GenerateDataKey", "kms:GenerateDataKey on platform-key",
    ),
    "undefined JSONata field": (
        in_workflow(lambda states: states["Done"].update(Output="{% $metadata.correlation %}")),
        "workflows", "earn-points-earn-machine", "{% $metadata.correlation %}", "correlation_id",
    ),
    "undefined JSONata variable": (
        in_workflow(lambda states: states["Calculate"]["Arguments"].update(Payload="{% $purchases %}")),
        "workflows", "earn-points-earn-machine", "{% $purchases %}", "$purchase",
    ),
    "bad Next": (
        in_workflow(lambda states: states["Rate fallback"].update(Next="Find bonus")),
        "workflows", "earn-points-earn-machine", "Find bonus", "Find bonuses",
    ),
}  # fmt: skip


def test_the_part_without_a_fault_has_no_findings(judged: Judged):
    assert judged(lambda _: None) == {}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_reported_by_its_judge_alone(judged: Judged, fault: str):
    mutate, judge, resource, value, allowed = FAULTS[fault]
    found = judged(mutate)
    assert list(found) == [judge]
    (only,) = found[judge]
    assert only.resource.endswith(f" {resource}")
    assert value in only.value
    assert allowed in only.allowed
    assert only.source
