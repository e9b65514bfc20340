"""Every recorded call is put to the deployment roles: a right that is missing, or one too many, is found and named."""

import copy
import json
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import botocore.session
import pytest
from policy_sentry.querying.actions import get_action_data

from pbckit.infra.deployment_permissions import deployment_limit, deployment_permissions
from pbckit.infra.names import Names
from pbckit.infra.provider_calls import PHASES, read
from pbckit.judges.finding import Finding
from pbckit.judges.policy_evaluation import Request, allowed
from pbckit.judges.provider_calls import _WITHOUT_RESOURCES, JUDGE
from pbckit.sandbox.graph import Graph, Resource
from tests.conftest import captured

STORES, WORKFLOW, OTHER = "points-ledger", "true-up", "campaigns"
"""Two units that together have every type, and one more."""


@cache
def _small(stack: str) -> Graph:
    """Two units with one resource of each type, and their deployment roles."""
    whole, small = captured(stack), Graph(project="rewards", stack=stack)
    seen: set[tuple[str, str]] = set()
    for resource in whole.resources:
        names = [part.rpartition("::")[2] for part in _ancestry(whole, resource)]
        unit = names[0]
        if unit in (STORES, WORKFLOW):
            kept = not resource.custom or (unit, resource.type) not in seen or resource.type.endswith(":Queue")
            seen.add((unit, resource.type))
        else:
            kept = unit == "platform" and any(one in names for one in ("platform", f"{STORES}-deployment"))
            kept = kept and (len(names) == 1 or names[1] in (f"{STORES}-deployment", f"{WORKFLOW}-deployment"))
        if kept:
            small.resources.append(resource)
    return small


def _ancestry(graph: Graph, resource: Resource) -> list[str]:
    by_urn = {one.urn: one for one in graph.resources}
    found = [resource.urn]
    while resource.parent in by_urn:
        resource = by_urn[resource.parent]
        found.insert(0, resource.urn)
    return found


def _rights(graph: Graph, unit: str) -> list[Resource]:
    """The inline policy and the boundary of a deployment role."""
    return [
        one
        for one in graph.resources
        if one.custom and "policy" in one.inputs and one.name.startswith(f"{unit}-deployment-")
    ]


def _edited(unit: str, change: Callable[[dict[str, Any]], None], *, only: str = "") -> list[Finding]:
    """What the judge finds after a change of the documents of a unit's deployment role."""
    graph = copy.deepcopy(_small("dev"))
    for resource in _rights(graph, unit):
        if resource.type.endswith(only):
            document = json.loads(resource.inputs["policy"])
            change(document)
            resource.inputs["policy"] = json.dumps(document)
    return list(JUDGE.judge(graph))


def _without(action: str) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        for statement in document["Statement"]:
            if statement["Effect"] == "Allow":
                statement["Action"] = [one for one in statement["Action"] if one != action]

    return change


USE_OF_KEYS = {
    f"kms:{action}"
    for action in ("CreateGrant", "Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext",
                   "ReEncryptFrom", "ReEncryptTo")
}  # fmt: skip
"""Rights that AWS's services use on the pipeline's behalf: no call of the provider."""


def _actions(documents: Iterable[str]) -> list[str]:
    """What documents allow, but for the use of keys."""
    allowed = [one for text in documents for one in json.loads(text)["Statement"] if one["Effect"] == "Allow"]
    return sorted({action for one in allowed for action in one["Action"]} - USE_OF_KEYS)


NAMES = Names(project="rewards", environment="dev", unit=STORES, account="111111111111", region="eu-central-1")
ACTIONS = _actions(make(NAMES, remove_tables=True) for make in (deployment_permissions, deployment_limit))
"""What the pipeline of a unit with tables may do in `dev`."""


def test_these_are_the_actions_of_the_deployed_documents():
    assert _actions(one.inputs["policy"] for one in _rights(captured("dev"), STORES)) == ACTIONS


@pytest.mark.parametrize("stack", ["local", "dev", "staging", "prod", "migration", "dev-platform", "dev-campaigns"])
def test_the_program_has_no_findings(stack: str):
    assert list(JUDGE.judge(captured(stack))) == []


def test_the_small_graph_has_every_type_of_the_units_and_no_findings():
    def types(graph: Graph) -> set[str]:
        return {one.type for one in graph.resources if one.custom}

    assert types(_small("dev")) >= types(captured("dev-points-ledger")) | types(captured("dev-true-up"))
    assert list(JUDGE.judge(_small("dev"))) == []


@pytest.mark.parametrize("document", ["RolePolicy", ":Policy"])
@pytest.mark.parametrize("action", ACTIONS)
def test_a_right_that_is_missing_is_found_and_named(action: str, document: str):
    unit = STORES if action not in ONLY_WORKFLOWS else WORKFLOW
    found = _edited(unit, _without(action), only=document)
    assert found
    for one in found:
        assert f"needs {action}, which the deployment role of {unit} lacks" in one.problem
        assert one.resource.startswith("aws:")
        assert ":" in one.problem.split(" ")[0], "it names the operation"


ONLY_WORKFLOWS = {
    *(action for action in ACTIONS if action.startswith("states:")),
    "logs:DeleteMetricFilter",
    "logs:DescribeMetricFilters",
    "logs:PutMetricFilter",
}


@pytest.mark.parametrize("only", ["RolePolicy", ":Policy"])
def test_a_right_that_no_call_needs_is_found(only: str):
    def change(document: dict[str, Any]) -> None:
        document["Statement"].append({"Effect": "Allow", "Action": ["lambda:AddPermission"], "Resource": "*"})

    (found,) = _edited(STORES, change, only=only)
    assert "a right that no recorded call needs" in found.problem
    assert found.value == "lambda:AddPermission"


def test_a_type_that_no_pipeline_makes_is_found_in_a_unit():
    graph = copy.deepcopy(_small("dev"))
    unit = next(one for one in graph.resources if one.name == STORES)
    graph.resources.append(
        Resource(
            urn="topic", type="aws:sns/topic:Topic", name="told", custom=True, parent=unit.urn, inputs={"name": "x"}
        )
    )
    (found,) = JUDGE.judge(graph)
    assert (found.resource, found.problem) == (
        "aws:sns/topic:Topic told",
        "the deployment role of points-ledger has no rights for this type",
    )


@pytest.mark.parametrize("function", [f"{OTHER}_bonuses", f"{OTHER}_bonuses:live"])
def test_a_mapping_of_another_unit_is_not_told(function: str):
    """With a function of another unit, whatever `IfExists` says, the request is refused."""
    rights, limit = sorted(_rights(captured("dev"), STORES), key=lambda one: one.type, reverse=True)
    request = Request(
        "lambda:GetEventSourceMapping",
        "arn:aws:lambda:eu-central-1:111111111111:event-source-mapping:00000000-0000-0000-0000-000000000000",
        {"lambda:functionarn": f"arn:aws:lambda:eu-central-1:111111111111:function:rewards-dev-{function}"},
    )
    assert not allowed([json.loads(rights.inputs["policy"])], json.loads(limit.inputs["policy"]), request)


def test_a_mapping_that_is_gone_can_be_asked_for():
    """Without `IfExists` the provider is refused what it waits for after it has deleted a mapping."""

    def change(document: dict[str, Any]) -> None:
        for statement in document["Statement"]:
            for key in [key for key in statement.get("Condition", {}) if key == "ArnLikeIfExists"]:
                statement["Condition"]["ArnLike"] = statement["Condition"].pop(key)

    found = _edited(STORES, change)
    assert {one.problem.split(" ")[0] for one in found} == {"lambda:GetEventSourceMapping"}


def test_a_type_without_a_recording_is_found():
    graph = copy.deepcopy(_small("dev"))
    graph.resources.append(Resource(urn="bucket", type="aws:s3/bucket:Bucket", name="files", custom=True))
    (found,) = JUDGE.judge(graph)
    assert found.resource == "aws:s3/bucket:Bucket files"
    assert "make record-provider" in found.allowed


def test_what_is_recorded_are_actions_that_aws_has():
    for operations in read().types.values():
        for operation, call in operations.items():
            # The actions of API Gateway are HTTP's methods, whatever its operations are called.
            assert _catalogued(operation) or operation.removeprefix("apigateway:") in _API_GATEWAY, operation
            for action in call.actions or ():
                assert _catalogued(action), action
            assert call.actions or _catalogued(operation), operation


_API_GATEWAY = frozenset(botocore.session.Session().get_service_model("apigateway").operation_names)


def test_the_actions_without_resources_are_those():
    """The actions that the judge asks about "*" are those for which AWS knows no resource type."""
    actions = {action for kind in read().types for one in read().needed(kind, PHASES) for action in one.actions}
    known = {action for action in actions if all(one["resource_arn_format"] == "*" for one in _catalogued(action))}
    assert known >= _WITHOUT_RESOURCES


def _catalogued(action: str) -> list[dict[str, Any]]:
    service, name = action.split(":")
    found = get_action_data(service, name) or {service: []}
    return [one for one in found[service] if one["action"].lower() == action.lower()]
