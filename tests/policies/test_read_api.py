"""REST APIs in front of capabilities, judged by the pack's process over the engine's protocol."""

import json
from functools import cache
from typing import Any

import pytest

from pbc_isolation.pack_process import PackProcess
from pbckit.infra.read_api import caller_policy
from pbckit.sandbox.program import capture
from tests.conftest import ROOT
from tests.policies.leaks.changes import ACCOUNT, OWN_FUNCTION, REGION, THIEF_ROLE, VICTIM_ROLE
from tests.policies.leaks.phases import AWS, KNOWN, PREVIEW, Out, Phased

THIEF_ARN, VICTIM_ARN = (f"arn:aws:iam::{ACCOUNT}:role/{role}" for role in (THIEF_ROLE, VICTIM_ROLE))
VICTIMS_FUNCTION = OWN_FUNCTION.replace(THIEF_ROLE, VICTIM_ROLE)


def found(phase: str, *, authorization: str = "AWS_IAM", function: str = OWN_FUNCTION, **integration: str) -> set[str]:
    """The rules that a read API of a unit breaks: its method, what it reaches and as whom."""
    stack = Phased(phase)
    api = stack.add("aws:apigateway/restApi:RestApi", "read", name="rewards-dev-campaigns_read")
    resource = stack.add(
        "aws:apigateway/resource:Resource",
        "read-path",
        restApi=Out(api),
        parentId=Out(api, "rootResourceId"),
        pathPart="balance",
    )
    stack.add(
        "aws:apigateway/method:Method",
        "read-get",
        restApi=Out(api),
        resourceId=Out(resource),
        httpMethod="GET",
        authorization=authorization,
    )
    stack.add(
        "aws:apigateway/integration:Integration",
        "read-to",
        restApi=Out(api),
        resourceId=Out(resource),
        httpMethod="GET",
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations",
        **integration,
    )
    stack.add(
        "aws:lambda/permission:Permission",
        "read-may",
        action="lambda:InvokeFunction",
        function=THIEF_ROLE,
        principal="apigateway.amazonaws.com",
        sourceArn=Out(api, "executionArn"),
    )
    return judged(stack) - before(phase)


@cache
def before(phase: str) -> set[str]:
    """The rules that the program breaks without an API."""
    return judged(Phased(phase))


def judged(stack: Phased) -> set[str]:
    with PackProcess("rewards", "dev", preview=stack.phase == PREVIEW) as pack:
        return {one.message for one in pack.judge(stack.body["deployment"]["resources"]) if one.mandatory}


@pytest.mark.parametrize("phase", [PREVIEW, KNOWN])
def test_an_api_that_asks_who_calls_and_reaches_its_own_function_passes(phase: str):
    assert found(phase) == set()


@pytest.mark.parametrize("phase", [PREVIEW, KNOWN])
def test_an_api_without_an_authorizer_is_refused(phase: str):
    assert any("asks nobody who calls it" in one for one in found(phase, authorization="NONE"))


@pytest.mark.parametrize("phase", [PREVIEW, KNOWN])
def test_an_api_with_the_credentials_of_another_unit_is_refused(phase: str):
    assert found(phase, credentials=VICTIM_ARN)


@pytest.mark.parametrize("phase", [PREVIEW, KNOWN])
def test_an_api_whose_credentials_reach_another_units_function_is_refused(phase: str):
    assert found(phase, function=VICTIMS_FUNCTION, credentials=THIEF_ARN)


MEMBER_APP = f"arn:aws:iam::{ACCOUNT}:role/member-app"


def described(
    phase: str, *, function: str = OWN_FUNCTION, asks: bool = True, policy: str | None = None, **integration: str
) -> set[str]:
    """The rules that an API by a description breaks, made as the component makes one."""
    stack = Phased(phase)
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations"
    method: dict[str, Any] = {
        "x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": uri, **integration}
    }
    signed = {"type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4"}
    body = {
        "openapi": "3.0.1",
        "paths": {"/members/{member_id}": {"get": method | ({"security": [{"sigv4": []}]} if asks else {})}},
        "components": {"securitySchemes": {"sigv4": signed}},
    }
    api = stack.add(
        "aws:apigateway/restApi:RestApi",
        "read",
        name="rewards-dev-campaigns_read-api",
        body=json.dumps(body),
        policy=policy or caller_policy([MEMBER_APP]),
    )
    deployment = stack.add("aws:apigateway/deployment:Deployment", "read-deployed", restApi=Out(api))
    stack.add("aws:apigateway/stage:Stage", "read-v1", restApi=Out(api), deployment=Out(deployment), stageName="v1")
    stack.add(
        "aws:lambda/permission:Permission",
        "read-may",
        action="lambda:InvokeFunction",
        function=THIEF_ROLE,
        qualifier="live",
        principal="apigateway.amazonaws.com",
        sourceArn=Out(api, "executionArn"),
    )
    return judged(stack) - before(phase)


@pytest.mark.parametrize("phase", [PREVIEW, AWS])
def test_an_api_by_a_description_that_asks_who_calls_and_reaches_its_own_function_passes(phase: str):
    assert described(phase) == set()


def test_a_description_without_an_authorizer_is_refused():
    assert any("asks nobody who calls it" in one for one in described(PREVIEW, asks=False))


@pytest.mark.parametrize("phase", [PREVIEW, KNOWN])
def test_a_description_that_reaches_another_units_function_is_refused(phase: str):
    assert any(VICTIMS_FUNCTION in one for one in described(phase, function=VICTIMS_FUNCTION))


def test_a_description_that_acts_as_another_unit_is_refused():
    assert any(VICTIM_ARN in one for one in described(PREVIEW, credentials=VICTIM_ARN))


@pytest.mark.parametrize("principal", ["*", {"AWS": VICTIM_ARN}])
def test_a_policy_that_lets_others_in_is_refused(principal: Any):
    allow = {"Effect": "Allow", "Principal": principal, "Action": "execute-api:Invoke", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    assert any("lets in" in one for one in described(PREVIEW, policy=policy))


def test_another_units_role_that_may_call_apis_is_refused():
    stack = Phased(PREVIEW)
    allow = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": f"arn:aws:execute-api:{REGION}:*:*/v1/*"}
    boundary = stack.find(":Policy", name="rewards-dev-campaigns_boundary")
    document = json.loads(boundary["inputs"]["policy"])
    for statement in document["Statement"]:
        statement.get("NotAction", []).append("execute-api:Invoke")
    document["Statement"].append(allow)
    stack.update(boundary, policy=json.dumps(document))
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    stack.add("aws:iam/rolePolicy:RolePolicy", "calls", role=THIEF_ROLE, policy=policy)
    found = judged(stack) - before(PREVIEW)
    assert any("boundary of campaigns lets its roles execute-api:Invoke" in one for one in found)
    assert any(f"role {THIEF_ROLE} of campaigns may execute-api:Invoke" in one for one in found)


@pytest.mark.parametrize("stack", ["dev-points-ledger", "dev-tiers"])
def test_the_shipped_program_with_read_apis_passes_at_its_first_preview(stack: str):
    graph = capture(stack, root=ROOT, config={"rewards:readApiCallers": json.dumps([MEMBER_APP])})
    assert graph.by_type("aws:apigateway/restApi:RestApi")
    with PackProcess("rewards", stack, preview=True) as pack:
        assert [one.message for one in pack.judge(graph.export()["deployment"]["resources"]) if one.mandatory] == []
