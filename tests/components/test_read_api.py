"""A read API is a document, a policy that denies, and permissions for exactly its methods."""

import json
import re
from dataclasses import replace
from typing import Any

import pulumi
import pytest

from contracts.points_ledger import BALANCE, HOLD, STATEMENT
from pbckit.contracts.catalogue import read_apis
from pbckit.infra.deployment_permissions import deployment_permissions
from pbckit.infra.names import Names
from pbckit.infra.pbc import Pbc
from pbckit.infra.read_api import any_fields, caller_policy, description
from pbckit.infra.unit import UnitArgs
from tests.components.conftest import Recorder, make_pbc

APP = "arn:aws:iam::111111111111:role/member-app"
PREFIX = "rewards-dev-points-ledger_"
LIVE = f"arn:aws:lambda:eu-central-1:111111111111:function:{PREFIX}{{}}:live"
NAMES = Names(project="rewards", environment="dev", unit="points-ledger", account="111111111111", region="eu-central-1")
API, PERMISSION = "aws:apigateway/restApi:RestApi", "aws:lambda/permission:Permission"


def define(args: UnitArgs, callers: tuple[str, ...] | None, rate: int = 100) -> Pbc:
    """A ledger that answers two questions with a route, and a command without."""
    config = replace(args.config, read_api_callers=callers, read_api_requests_per_second=rate)
    pbc = make_pbc(replace(args, config=config))
    for capability in (BALANCE, STATEMENT, HOLD):
        pbc.exposes(capability, [])
    pbc.complete()
    return pbc


def made(args: UnitArgs, recorder: Recorder, callers: tuple[str, ...] | None = (APP,), rate: int = 100) -> Recorder:
    @pulumi.runtime.test
    def make() -> None:
        define(args, callers, rate)

    make()
    return recorder


def operations(body: str) -> dict[str, Any]:
    """The operations of an OpenAPI document, by path; all are `get`."""
    paths = json.loads(body)["paths"]
    assert all(list(methods) == ["get"] for methods in paths.values())
    return {path: methods["get"] for path, methods in paths.items()}


def test_without_configured_callers_there_is_no_api(unit_args: UnitArgs, recorder: Recorder):
    made(unit_args, recorder, callers=None)
    assert not [one for one in recorder.made if "apigateway" in one.typ or one.typ == PERMISSION]


def test_it_passes_on_each_question_with_a_route_and_no_command(unit_args: UnitArgs, recorder: Recorder):
    found = operations(made(unit_args, recorder).inputs(API)["body"])
    invoked = {path: one["x-amazon-apigateway-integration"]["uri"] for path, one in found.items()}
    assert invoked == {
        f"/members/{{member_id}}/{name}": "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/"
        f"{LIVE.format(name)}/invocations"
        for name in ("balance", "statement")
    }


def test_every_method_asks_who_calls(unit_args: UnitArgs, recorder: Recorder):
    body = made(unit_args, recorder).inputs(API)["body"]
    scheme = json.loads(body)["components"]["securitySchemes"]["sigv4"]
    assert scheme["x-amazon-apigateway-authtype"] == "awsSigv4"
    assert [one["security"] for one in operations(body).values()] == [[{"sigv4": []}]] * 2


def test_its_paths_are_those_of_the_published_document():
    published = json.loads(read_apis()["points-ledger.json"])["paths"]
    assert set(operations(description(NAMES, [BALANCE, STATEMENT]))) <= set(published)


def test_the_policy_denies_whoever_is_not_configured_and_allows_nobody():
    [statement] = json.loads(caller_policy([APP]))["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Resource"]) == ("Deny", {"AWS": "*"}, ["*"])
    assert statement["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": [APP]}}


def test_without_a_role_in_the_list_it_denies_everybody():
    [statement] = json.loads(caller_policy([]))["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", {"AWS": "*"})
    assert "Condition" not in statement


def test_each_function_lets_in_one_method_of_one_stage_of_this_api(unit_args: UnitArgs, recorder: Recorder):
    permissions = [one.inputs for one in made(unit_args, recorder).made if one.typ == PERMISSION]
    assert {one["function"]: (one["qualifier"], one["principal"], one["action"]) for one in permissions} == {
        f"{PREFIX}{name}": ("live", "apigateway.amazonaws.com", "lambda:InvokeFunction")
        for name in ("balance", "statement")
    }
    for one in permissions:
        assert re.search(rf"/v1/GET/members/\*/{one['function'].removeprefix(PREFIX)}$", one["sourceArn"])


def test_a_change_of_its_callers_is_deployed(unit_args: UnitArgs, recorder: Recorder):
    made(unit_args, recorder)
    made(unit_args, recorder, callers=())
    deployments = [one.inputs for one in recorder.made if one.typ == "aws:apigateway/deployment:Deployment"]
    assert len({one["triggers"]["content"] for one in deployments}) == 2


@pytest.mark.parametrize("rate", [1, 100])
def test_its_methods_are_throttled_as_configured(unit_args: UnitArgs, recorder: Recorder, rate: int):
    settings = made(unit_args, recorder, rate=rate).inputs("aws:apigateway/methodSettings:MethodSettings")
    assert (settings["methodPath"], settings["stageName"]) == ("*/*", "v1")
    assert settings["settings"] == {"throttlingRateLimit": rate, "throttlingBurstLimit": 2 * rate}


def test_its_pipeline_may_look_at_what_has_its_tags_and_change_nothing(unit_args: UnitArgs, recorder: Recorder):
    tags = {"project": "rewards", "environment": "dev", "pbc": "points-ledger"}
    assert made(unit_args, recorder).inputs(API)["tags"] == tags
    rights = json.loads(deployment_permissions(NAMES, remove_tables=True, read_api=True))["Statement"]
    [apis] = [one for one in rights if any("apigateway" in action for action in one.get("Action", []))]
    assert (apis["Action"], apis["Resource"]) == (["apigateway:GET"], ["arn:aws:apigateway:eu-central-1::/restapis/*"])
    assert apis["Condition"] == {"StringEquals": {f"aws:ResourceTag/{key}": value for key, value in tags.items()}}
    assert not {"lambda:AddPermission", "lambda:RemovePermission"} & {
        action for one in rights for action in one.get("Action", [])
    }


def test_the_fields_of_a_route_are_any_value_in_an_arn():
    assert any_fields("/orders/{order_id}/lines/{line}") == "/orders/*/lines/*"
