"""REST APIs in front of capabilities, judged by the pack's process over the engine's protocol."""

import pytest

from pbc_isolation.pack_process import PackProcess
from tests.policies.leaks.changes import ACCOUNT, OWN_FUNCTION, REGION, THIEF_ROLE, VICTIM_ROLE
from tests.policies.leaks.phases import KNOWN, PREVIEW, Out, Phased

THIEF_ARN, VICTIM_ARN = (f"arn:aws:iam::{ACCOUNT}:role/{role}" for role in (THIEF_ROLE, VICTIM_ROLE))
VICTIMS_FUNCTION = OWN_FUNCTION.replace(THIEF_ROLE, VICTIM_ROLE)


def found(phase: str, *, authorization: str = "AWS_IAM", function: str = OWN_FUNCTION, **integration: str) -> set[str]:
    """The rules that a read API of a unit breaks: its method, what it reaches and as whom."""
    stack = Phased(phase)
    before = judged(stack)
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
    return judged(stack) - before


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
