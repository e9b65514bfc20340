"""The read API of a unit: its questions that have a route, over HTTP, for callers that sign with their own role.

The API is one OpenAPI document and one resource policy, and both are known before anything exists. The policy only
denies: what it leaves over, IAM has to allow a caller. So a caller needs both to be configured here and to have
`execute-api:Invoke` in its account ("How API Gateway resource policies affect authorization workflow", table A).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import apigateway, lambda_

from pbckit.contracts.definitions import AnyCapability
from pbckit.contracts.openapi import SIGNED, path_fields, route_of
from pbckit.infra.context import UnitContext, child_of
from pbckit.infra.function import Function
from pbckit.infra.iam import Statement, document
from pbckit.infra.names import Names

READ_API = "read-api"
STAGE = "v1"
_OPENAPI = "3.0.1"
"""API Gateway imports OpenAPI 2.0 and 3.0, not 3.1 ("OpenAPI feature reference for REST APIs")."""
_BURST_SECONDS = 2
"""How many seconds' worth of requests may come at once."""
_ALL_METHODS = "*/*"


@dataclass(frozen=True, kw_only=True)
class ReadApiArgs:
    """What an API passes on, and for whom."""

    context: UnitContext
    questions: Mapping[AnyCapability, Function]
    """The functions that answer, by capability. Each capability has a route."""
    callers: Sequence[str]
    """ARNs of the IAM roles that may call it; without one nobody may."""
    requests_per_second: int
    """How many requests each method takes, of all callers together."""


class ReadApi(pulumi.ComponentResource):
    """A REST API whose methods all ask who calls (`AWS_IAM`), and which reaches the unit's own functions only."""

    address: pulumi.Output[str]
    """Where the stage answers; routes come after it."""

    def __init__(self, name: str, args: ReadApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pbckit:infra:ReadApi", name, None, opts)
        names = args.context.names
        body = description(names, list(args.questions))
        policy = caller_policy(args.callers)
        api = apigateway.RestApi(
            f"{name}-api",
            name=names.physical(READ_API),
            description=f"Questions that {names.unit} answers over HTTP",
            body=body,
            policy=policy,
            endpoint_configuration=apigateway.RestApiEndpointConfigurationArgs(types="REGIONAL"),
            tags=args.context.tags,
            opts=child_of(self),
        )
        permissions = [
            self._permission(name, capability, function, api) for capability, function in args.questions.items()
        ]
        deployment = apigateway.Deployment(
            f"{name}-deployment",
            rest_api=api.id,
            # A stage answers as of its deployment: what changes the API or its policy makes a new one.
            triggers={"content": hashlib.sha256(f"{body}{policy}".encode()).hexdigest()},
            opts=child_of(self, depends_on=[api]),
        )
        stage = apigateway.Stage(
            f"{name}-stage",
            rest_api=api.id,
            deployment=deployment.id,
            stage_name=STAGE,
            tags=args.context.tags,
            opts=child_of(self, depends_on=permissions),
        )
        apigateway.MethodSettings(
            f"{name}-throttling",
            rest_api=api.id,
            stage_name=stage.stage_name,
            method_path=_ALL_METHODS,
            settings=apigateway.MethodSettingsSettingsArgs(
                throttling_rate_limit=args.requests_per_second,
                throttling_burst_limit=args.requests_per_second * _BURST_SECONDS,
            ),
            opts=child_of(self),
        )
        self.address = stage.invoke_url
        self.register_outputs({"address": self.address})

    def _permission(
        self, name: str, capability: AnyCapability, function: Function, api: apigateway.RestApi
    ) -> lambda_.Permission:
        """This API may invoke the alias for this method of this stage, and nothing else may.

        Not a role that the integration acts under: API Gateway tells STS neither account nor API, so that its trust
        could not say which API may assume it.
        """
        method = f"{STAGE}/GET{any_fields(route_of(capability))}"
        return lambda_.Permission(
            f"{name}-{capability.name}",
            statement_id=READ_API,
            action="lambda:InvokeFunction",
            # A function that is made anew has lost who may invoke it.
            function=function.name,
            qualifier=function.alias.name,
            principal="apigateway.amazonaws.com",
            source_arn=pulumi.Output.concat(api.execution_arn, "/", method),
            opts=child_of(self, delete_before_replace=True),
        )


def description(names: Names, questions: Sequence[AnyCapability]) -> str:
    """The API as an OpenAPI document with what API Gateway needs: who may call, and what each method invokes.

    Raises:
        InvalidRoute: a capability's route does not fit it.
    """
    paths = {route_of(one): {"get": _operation(names, one)} for one in questions}
    return json.dumps(
        {
            "openapi": _OPENAPI,
            "info": {"title": names.physical(READ_API), "version": STAGE},
            "paths": paths,
            "components": {"securitySchemes": SIGNED},
        },
        sort_keys=True,
    )


def _operation(names: Names, capability: AnyCapability) -> dict[str, Any]:
    function = names.capability(capability.name)
    invoke = f"arn:{names.partition}:apigateway:{names.region}:lambda:path/2015-03-31/functions/{function}/invocations"
    return {
        "operationId": capability.name,
        "parameters": [
            {"name": field, "in": "path", "required": True, "schema": {"type": "string"}}
            for field in path_fields(route_of(capability))
        ],
        "security": [{scheme: [] for scheme in SIGNED}],
        "responses": {"200": {"description": "The answer."}},
        # Lambda is invoked by POST, whatever the method of the request.
        "x-amazon-apigateway-integration": {"type": "aws_proxy", "httpMethod": "POST", "uri": invoke},
    }


def caller_policy(callers: Sequence[str]) -> str:
    """The API's resource policy: it denies whoever is not one of these roles, and allows nobody anything."""
    others = {"ArnNotEquals": {"aws:PrincipalArn": sorted(callers)}} if callers else {}
    denied = Statement(
        sid="OnlyConfiguredCallers",
        effect="Deny",
        principal={"AWS": "*"},
        actions=["execute-api:Invoke"],
        # The policy is of this API alone. Of `execute-api:/*` API Gateway makes a full ARN, which every preview would
        # then compare with what is written here (terraform-provider-aws, issue 5549).
        resources=["*"],
        condition=others,
    )
    return document([denied])


def any_fields(route: str) -> str:
    """A route with `*` for each of its fields, as in the ARN of a method."""
    for field in path_fields(route):
        route = route.replace(f"{{{field}}}", "*")
    return route
