"""What opens a thing to everybody, or to another account, without a policy document: by a setting of its own."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from pbc_isolation.analysis.api_descriptions import open_in
from pbc_isolation.analysis.context import Analysis
from pbc_isolation.stack.graph import Resource
from pbc_isolation.stack.values import UNKNOWN, items

_METHOD, _INTEGRATION = "aws:apigateway/method:Method", "aws:apigateway/integration:Integration"
_ROUTE, _HTTP_INTEGRATION = "aws:apigatewayv2/route:Route", "aws:apigatewayv2/integration:Integration"
_REST_API, _HTTP_API = "aws:apigateway/restApi:RestApi", "aws:apigatewayv2/api:Api"
_OWN_CODE = frozenset({"HTTP", "HTTP_PROXY", "MOCK"})
"""Integrations that reach nothing of AWS by themselves."""


@dataclass(frozen=True, eq=False)
class Exposure:
    """That a resource is open by a setting."""

    resource: Resource
    key: str
    what: str


def find(analysis: Analysis) -> tuple[Exposure, ...]:
    """Everything in a stack that is open by a setting."""
    return (
        *_by_setting(analysis),
        *_grants(analysis),
        *_methods(analysis),
        *_routes(analysis),
        *_described(analysis),
        *_principals(analysis),
    )


def _by_setting(analysis: Analysis) -> Iterator[Exposure]:
    for resource in analysis.graph.resources:
        for setting in analysis.types.of(resource.type).exposes:
            if setting.get("platform") and analysis.is_platform(analysis.graph.owner(resource)):
                continue
            path = setting["path"].split(".")
            if setting.get("required"):
                if any(not list(_at(block, path[-1:])) for block in _blocks(resource.props, path[:-1])):
                    yield Exposure(resource, setting["path"], setting["says"])
                continue
            values = list(_at(resource.props, path))
            if (not values and setting.get("absent")) or any(
                _is_open(value, setting, analysis.account) and _may_be_set(resource, setting, value) for value in values
            ):
                yield Exposure(resource, setting["path"], setting["says"])


def _may_be_set(resource: Resource, setting: Mapping[str, Any], value: Any) -> bool:
    """What is not known, and nothing flows into, AWS fills in; so it may what only a program sets to open something."""
    by_aws = value is UNKNOWN or setting.get("by_program", False)
    return not by_aws or resource.asks(setting["path"].partition(".")[0])


def _is_open(value: Any, setting: Mapping[str, Any], account: str | None) -> bool:
    if value is UNKNOWN:
        return True
    if setting.get("other_account"):
        return value not in (None, "", account)
    if "values" in setting:
        return value in setting["values"]
    if "matches" in setting:
        return isinstance(value, str) and re.search(setting["matches"], value) is not None
    return value not in (None, "", False)


def _at(value: Any, path: list[str]) -> Iterator[Any]:
    """The values at a path; lists on the way are looked through."""
    if value is UNKNOWN:
        yield value
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from _at(item, path)
    elif not path:
        yield value
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _at(cast("Mapping[str, Any]", value)[path[0]], path[1:])


def _blocks(value: Any, path: list[str]) -> Iterator[Mapping[str, Any]]:
    """The blocks at a path that are there; what is not known is none."""
    return (cast("Mapping[str, Any]", one) for one in _at(value, path) if isinstance(one, Mapping) and one)


def _grants(analysis: Analysis) -> Iterator[Exposure]:
    """ACLs that name another owner than the bucket's."""
    for token in ("aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2"):
        for acl in analysis.graph.by_type(token):
            owner = acl.get("accessControlPolicy", "owner", "id")
            for grantee in _at(acl.props, ["accessControlPolicy", "grants", "grantee", "id"]):
                if grantee not in (None, "") and (grantee is UNKNOWN or grantee != owner):
                    yield Exposure(acl, "accessControlPolicy", "its ACL lets in another account")


def _methods(analysis: Analysis) -> Iterator[Exposure]:
    """Methods of REST APIs that ask nobody and reach something of AWS. An API key stops nobody."""
    integrations = analysis.graph.by_type(_INTEGRATION)
    for method in analysis.graph.by_type(_METHOD):
        if method.get("authorization") in ("NONE", UNKNOWN) and any(
            _same(analysis, method, one, ("restApi", "resourceId", "httpMethod"))
            and _reaches(one, one.get("credentials"))
            for one in integrations
        ):
            yield Exposure(method, "authorization", "the method asks nobody who calls it")


def _routes(analysis: Analysis) -> Iterator[Exposure]:
    integrations = analysis.graph.by_type(_HTTP_INTEGRATION)
    for route in analysis.graph.by_type(_ROUTE):
        if route.get("authorizationType") in (None, "", "NONE", UNKNOWN) and any(
            _leads_to(analysis, route, one) and _reaches(one, one.get("credentialsArn")) for one in integrations
        ):
            yield Exposure(route, "authorizationType", "the route asks nobody who calls it")


def _described(analysis: Analysis) -> Iterator[Exposure]:
    """APIs that are made of a description, or of a single target."""
    for api in analysis.graph.by_type(_REST_API, _HTTP_API):
        target = api.get("target")
        if (target is UNKNOWN and api.asks("target")) or (isinstance(target, str) and target.startswith("arn:")):
            yield Exposure(api, "target", "its one route asks nobody who calls it")
        body = api.get("body")
        if (body is not UNKNOWN or api.asks("body")) and body not in (None, ""):
            yield from (Exposure(api, "body", what) for what in open_in(body))


def _reaches(integration: Resource, credentials: Any) -> bool:
    kind = integration.get("type") or integration.get("integrationType")
    return kind not in _OWN_CODE or credentials not in (None, "")


def _same(analysis: Analysis, one: Resource, other: Resource, keys: tuple[str, ...]) -> bool:
    """Whether two resources may be of the same things: where it is not known, by what flows into both."""
    return all(_may_equal(analysis, one, other, key) for key in keys)


def _may_equal(analysis: Analysis, one: Resource, other: Resource, key: str) -> bool:
    value, wanted = one.get(key), other.get(key)
    if value is UNKNOWN or wanted is UNKNOWN:
        sources, others = analysis.graph.flows_from(one, key), analysis.graph.flows_from(other, key)
        return not sources or not others or any(source in others for source in sources)
    return value == wanted or "ANY" in (value, wanted)


def _leads_to(analysis: Analysis, route: Resource, integration: Resource) -> bool:
    target = route.get("target")
    if isinstance(target, str) and integration.id:
        return target.rpartition("/")[2] == integration.id
    sources = analysis.graph.flows_from(route, "target")
    return integration in sources or (not sources and _may_equal(analysis, route, integration, "apiId"))


_PRINCIPALS = {
    "aws:ec2/vpcEndpointService:VpcEndpointService": "allowedPrincipals",
    "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": "principalArn",
}


def _principals(analysis: Analysis) -> Iterator[Exposure]:
    """Whom an endpoint service lets in: it may be principals of the own account."""
    for token, key in _PRINCIPALS.items():
        for resource in analysis.graph.by_type(token):
            for name in items(resource.get(key)):
                account = name.split(":")[4] if isinstance(name, str) and name.count(":") > 4 else name  # noqa: PLR2004
                if account != analysis.account:
                    yield Exposure(resource, key, f"it lets in {name!r}")
