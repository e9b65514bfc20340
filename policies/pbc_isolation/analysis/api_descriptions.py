"""Which routes of an OpenAPI description of an API Gateway ask nobody who calls them."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

import yaml

from pbc_isolation.stack.values import items, read

_INTEGRATION, _POLICY = "x-amazon-apigateway-integration", "x-amazon-apigateway-policy"
_AUTH_TYPE, _AUTHORIZER = "x-amazon-apigateway-authtype", "x-amazon-apigateway-authorizer"
_METHODS = ("delete", "get", "head", "options", "patch", "post", "put", "x-amazon-apigateway-any-method")
_OWN_CODE = frozenset({"http", "http_proxy", "mock"})
"""Integrations that reach nothing of AWS by themselves."""


def open_in(body: Any) -> Iterator[str]:
    """What is open in a description, in words. One that cannot be read may open everything."""
    description = _parsed(body)
    if description is None:
        yield "its description cannot be read"
        return
    if _POLICY in description:
        yield f"its description holds a policy ({_POLICY}), which is judged only as the property policy"
    for path, method, operation in _operations(description):
        if _reaches(operation.get(_INTEGRATION)) and not _asks_who_calls(description, operation):
            yield f"{method.upper()} {path} asks nobody who calls it"


def _parsed(body: Any) -> Mapping[str, Any] | None:
    try:
        parsed: Any = yaml.safe_load(body) if isinstance(body, str) else None
    except yaml.YAMLError:
        return None
    return cast("Mapping[str, Any]", parsed) if isinstance(parsed, Mapping) else None


def _operations(description: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    paths = description.get("paths")
    for path, methods in cast("Mapping[str, Any]", paths).items() if isinstance(paths, Mapping) else ():
        for method in _METHODS:
            operation = read(methods, method)
            if isinstance(operation, Mapping):
                yield path, method.removeprefix("x-amazon-apigateway-"), cast("Mapping[str, Any]", operation)


def _reaches(integration: Any) -> bool:
    """Whether an integration reaches something of AWS; one that is named elsewhere may."""
    if integration is None:
        return False
    kind = str(read(integration, "type") or "").lower()
    return kind not in _OWN_CODE or read(integration, "credentials") not in (None, "")


def _asks_who_calls(description: Mapping[str, Any], operation: Mapping[str, Any]) -> bool:
    if str(read(operation, "x-amazon-apigateway-auth", "type") or "").upper() == "AWS_IAM":
        return True
    wanted = items(operation.get("security", description.get("security")))
    return bool(wanted) and all(_identifies(description, one) for one in wanted)


def _identifies(description: Mapping[str, Any], requirement: Any) -> bool:
    """Whether one of the ways to be let in asks who it is. An API key alone does not."""
    if not isinstance(requirement, Mapping):
        return False
    schemes = read(description, "components", "securitySchemes") or description.get("securityDefinitions")
    named = [read(schemes, name) for name in cast("Mapping[str, Any]", requirement)]
    return any(isinstance(one, Mapping) and (_AUTH_TYPE in one or _AUTHORIZER in one) for one in named)
