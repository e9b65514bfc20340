"""How the pack answers the engine: as the SDK's own server does, but it reads each request once, and only if asked.

For each policy the SDK converts the properties of all resources three times, into proxies that raise when an unknown is
read. Here they become plain data, once for all policies. This is the one module that knows the inside of the SDK, whose
version is pinned in `pyproject.toml` for that reason.
"""

# The generated stubs and the SDK's server have no types of their own.
# pyright: reportUnknownMemberType=false, reportPrivateUsage=false, reportUnknownVariableType=false

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pulumi_policy.policy as sdk
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.policy import PolicyProviderResource, PolicyResource

from pbc_isolation.stack.values import SIGNATURE

_FILES = {
    "c44067f5952c0a294b673a41bacd8c17": ("path", "text", "uri"),
    "0def7320c3a5731c473e5ecbe6d01bc7": ("assets", "path", "uri"),
}
"""Kinds of objects that stand for files, and what tells which file: the first of these that is there."""


def install() -> None:
    """Have the SDK serve packs by `Servicer`."""
    sdk._PolicyAnalyzerServicer = Servicer  # noqa: SLF001 there is no other way to choose it


class Servicer(sdk._PolicyAnalyzerServicer):  # noqa: SLF001
    """Answers about resources and stacks for the policies of a pack."""

    def __init__(self, name: str, version: str, policies: list[Policy], *more: Any) -> None:
        super().__init__(name, version, policies, *more)
        self._of_resources = [one for one in policies if isinstance(one, ResourceValidationPolicy)]
        self._of_stacks = [one for one in policies if isinstance(one, StackValidationPolicy)]

    def Analyze(self, request: Any, _context: Any) -> Any:  # noqa: N802 the name of the gRPC method
        """What the policies about single resources say."""
        response = analyzer_pb2.AnalyzeResponse()
        sent = _Sent(request)
        options, provider = self._get_resource_options(request), _provider(request)
        for policy, level in self._in_force(self._of_resources):
            args = _ResourceArgs(sent, options, provider, self._get_policy_config(policy.name))
            policy.validate(args, self._report(response, policy, level))
        return response

    def AnalyzeStack(self, request: Any, _context: Any) -> Any:  # noqa: N802 the name of the gRPC method
        """What the policies about stacks say: all are asked about the same list, which is made once."""
        response = analyzer_pb2.AnalyzeResponse()
        resources = _resources(request.resources)
        for policy, level in self._in_force(self._of_stacks):
            args = StackValidationArgs(resources, self._get_policy_config(policy.name))
            policy.validate(args, self._report(response, policy, level))
        return response

    def _in_force(self, policies: list[Any]) -> Iterable[tuple[Any, EnforcementLevel]]:
        """The policies that are not disabled, with how what they say is to be taken. None can be remediated."""
        for policy in policies:
            level = self._get_enforcement_level(policy)
            if level != EnforcementLevel.DISABLED:
                yield policy, EnforcementLevel.MANDATORY if level == EnforcementLevel.REMEDIATE else level

    def _report(self, response: Any, policy: Policy, level: EnforcementLevel) -> Any:
        return self._create_report_violation(response, policy.name, policy.description, level, policy.severity)


class _Sent:
    """The request about a resource; its properties are read once for all policies, and only if one looks."""

    def __init__(self, request: Any) -> None:
        self.request = request

    @cached_property
    def props(self) -> dict[str, Any]:
        """The inputs of the resource, as they were sent."""
        return _object(self.request.properties)


class _ResourceArgs(ResourceValidationArgs):
    """The resource of a request, for one policy."""

    def __init__(self, sent: _Sent, options: Any, provider: PolicyProviderResource | None, config: Any) -> None:
        request = sent.request
        super().__init__(request.type, {}, request.urn, request.name, options, provider, config)
        del self.props
        self._sent = sent

    @cached_property
    def props(self) -> dict[str, Any]:  # pyright: ignore[reportIncompatibleVariableOverride]
        """The inputs of the resource, as they were sent."""
        return self._sent.props


@dataclass(slots=True)
class _Options:
    """The options of a resource that anybody here reads."""

    protect: bool
    parent: str


@dataclass(slots=True)
class _Resource:
    """A resource of a stack, with what `PolicyResource` has and anybody here reads."""

    resource_type: str
    props: dict[str, Any]
    urn: str
    name: str
    opts: _Options
    provider: PolicyProviderResource | None
    parent: "_Resource | None"
    dependencies: list["_Resource"]
    property_dependencies: dict[str, list["_Resource"]]


def _resources(messages: Any) -> list[PolicyResource]:
    """The resources of a stack; what they name that is not in it is left out, as the SDK does."""
    found = {one.urn: _resource(one) for one in messages}
    for message in messages:
        resource = found[message.urn]
        resource.parent = found.get(message.parent)
        resource.dependencies = [found[urn] for urn in message.dependencies if urn in found]
        resource.property_dependencies = {
            key: [found[urn] for urn in value.urns if urn in found]
            for key, value in message.propertyDependencies.items()
        }
    return [found[one.urn] for one in messages]  # pyright: ignore[reportReturnType] they are read as such


def _resource(message: Any) -> _Resource:
    options = message.options
    return _Resource(
        resource_type=message.type,
        props=_object(message.properties),
        urn=message.urn,
        name=message.name,
        opts=_Options(options.protect, options.parent),
        provider=_provider(message),
        parent=None,
        dependencies=[],
        property_dependencies={},
    )


def _provider(message: Any) -> PolicyProviderResource | None:
    if not message.HasField("provider"):
        return None
    provider = message.provider
    return PolicyProviderResource(provider.type, _object(provider.properties), provider.urn, provider.name)


def _object(struct: Any) -> dict[str, Any]:
    """An object as it was sent; of one that stands for a file, what tells which."""
    fields = struct.fields
    found = {key: _value(fields[key]) for key in fields}
    kept = _FILES.get(found.get(SIGNATURE, ""))
    if kept is None:
        return found
    key = next(key for key in kept if key in found)
    return {SIGNATURE: found[SIGNATURE], key: found[key]}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return value.string_value
    if kind == "struct_value":
        return _object(value.struct_value)
    if kind == "list_value":
        return [_value(item) for item in value.list_value.values]
    return getattr(value, kind) if kind not in (None, "null_value") else None
