"""The OpenAPI document of a unit's read API, generated from its contract.

A capability with a `route` is a question that API Gateway passes on. Names in the route's braces are fields of its
request; the other fields are query parameters.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

import msgspec

from pbckit.contracts.definitions import AnyCapability
from pbckit.errors import PbckitError

OPENAPI = "3.1.0"
_REFERENCE = "#/components/schemas/{name}"
_FIELD = re.compile(r"\{([a-z_]+)\}")
_SEGMENT = re.compile(r"[a-z0-9-]+|\{[a-z_]+\}")
_NOT_FOUND = "Unknown"
"""How the name of a refusal begins that says that there is no such thing."""


class InvalidRoute(PbckitError, ValueError):
    """A route that API Gateway and the contract cannot both follow."""


def status_of(error: str) -> int:
    """The HTTP status of a refusal: 400 for a wrong request, 404 where there is no such thing, else 409."""
    if error == "InvalidRequest":
        return 400
    return 404 if error.startswith(_NOT_FOUND) else 409


def path_fields(route: str) -> list[str]:
    """The fields of the request that stand in the path."""
    return _FIELD.findall(route)


def route_of(capability: AnyCapability) -> str:
    """A capability's route.

    Raises:
        InvalidRoute: it has none, changes state, or does not fit its request.
    """
    route, where = capability.route, f"{capability.unit} {capability.name}"
    if route is None:
        raise InvalidRoute(f"{where} has no route: it is not part of the read API")
    if capability.changes_state:
        raise InvalidRoute(f"{where} changes state: only questions have a route")
    segments = route.removeprefix("/").split("/")
    if not route.startswith("/") or not all(_SEGMENT.fullmatch(one) for one in segments):
        raise InvalidRoute(f"{where}: route {route!r}; allowed are segments such as /orders/{{order_id}}/lines")
    required = {field.name for field in msgspec.structs.fields(capability.request) if field.required}
    fields = {field.name for field in msgspec.structs.fields(capability.request)}
    if not required <= set(path_fields(route)) <= fields:
        raise InvalidRoute(f"{where}: route {route!r} must name the required fields {', '.join(sorted(required))}")
    return route


def openapi(title: str, version: str, capabilities: Iterable[AnyCapability]) -> str:
    """The document, as text that is the same for the same contract.

    Raises:
        InvalidRoute: a capability's route does not fit it.
    """
    exposed = sorted(capabilities, key=route_of)
    (*responses,), definitions = msgspec.json.schema_components(
        [capability.response for capability in exposed], ref_template=_REFERENCE
    )
    paths = {
        route_of(capability): {"get": _operation(capability, response)}
        for capability, response in zip(exposed, responses, strict=True)
    }
    document: dict[str, Any] = {
        "openapi": OPENAPI,
        "info": {"title": title, "version": version, "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": "https://{api}.execute-api.{region}.amazonaws.com/{stage}", "variables": _variables()}],
        "security": [{"sigv4": []}],
        "paths": paths,
        "components": {
            "securitySchemes": SIGNED,
            "schemas": {**definitions, "Refusal": _REFUSAL},
        },
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


SIGNED = {
    "sigv4": {
        "type": "apiKey",
        "name": "Authorization",
        "in": "header",
        "description": "AWS Signature Version 4, service execute-api; the caller needs execute-api:Invoke.",
        "x-amazon-apigateway-authtype": "awsSigv4",
    }
}
"""The security scheme by which a caller signs with AWS credentials, by its name."""

_REFUSAL = {
    "title": "Refusal",
    "description": "Why there is no answer.",
    "type": "object",
    "required": ["error", "message"],
    "properties": {
        "error": {"type": "string", "description": "Name of one of the contract's errors."},
        "message": {"type": "string", "description": "What is wrong, where, and what is allowed."},
    },
}


def _variables() -> dict[str, dict[str, str]]:
    return {
        "api": {"default": "api-id", "description": "Id of the REST API"},
        "region": {"default": "eu-central-1"},
        "stage": {"default": "v1"},
    }


def _operation(capability: AnyCapability, response: Mapping[str, Any]) -> dict[str, Any]:
    (request,), definitions = msgspec.json.schema_components([capability.request])
    properties = cast("dict[str, dict[str, Any]]", _resolved(request, definitions).get("properties", {}))
    inside = path_fields(route_of(capability))
    parameters = [
        {"name": name, "in": "path" if name in inside else "query", "required": name in inside, "schema": _given(one)}
        for name, one in properties.items()
    ]
    by_status: dict[int, list[str]] = {400: ["InvalidRequest"]}
    for error in capability.errors:
        by_status.setdefault(status_of(error.__name__), []).append(error.__name__)
    refusals = {
        str(status): {
            "description": ", ".join(sorted(names)),
            "content": {"application/json": {"schema": {"$ref": _REFERENCE.format(name="Refusal")}}},
        }
        for status, names in by_status.items()
    }
    return {
        "operationId": capability.name,
        "summary": _first_line(capability.response),
        "parameters": parameters,
        "responses": {
            "200": {"description": "The answer.", "content": {"application/json": {"schema": response}}},
            "403": {"description": "The request is not signed, or its caller may not ask."},
            **refusals,
        },
    }


def _first_line(kind: type[msgspec.Struct]) -> str:
    return next(iter((kind.__doc__ or kind.__name__).splitlines()), kind.__name__)


def _resolved(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    return definitions[str(reference).rpartition("/")[2]] if reference else schema


def _given(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A field's schema as a parameter's: one that is left out stands for None."""
    if schema.get("default", "") is not None:
        return dict(schema)
    kinds = [one for one in cast("list[dict[str, Any]]", schema.get("anyOf", [])) if one.get("type") != "null"]
    return dict(kinds[0]) if len(kinds) == 1 else dict(schema)
