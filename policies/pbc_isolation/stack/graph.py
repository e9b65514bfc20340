"""The resources of a stack, read once into plain data, with their owners.

The owner of a resource is the unit component above it (`Pbc`, `Offering`, `Strangler`, `Operations`, `Platform`) of the
component library, if the program registers that component at its root: a component of another library that is called
alike, or one inside another unit, gives nobody anything. A resource below none of them belongs to whom its tag `pbc`
names, and otherwise to nobody.
"""

import json
import re
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, cast

from pbc_isolation.stack.values import (
    SENTINELS,
    SIGNATURE,
    UNKNOWN,
    UnknownForm,
    has_unknown,
    plain,
    read,
    texts_by_path,
)

LIBRARY = "pbckit:infra"
"""Beginning of the type tokens of the component library."""
PLATFORM, OPERATIONS = f"{LIBRARY}:Platform", f"{LIBRARY}:Operations"
UNIT_TYPES = frozenset({PLATFORM, OPERATIONS, *(f"{LIBRARY}:{kind}" for kind in ("Pbc", "Offering", "Strangler"))})
"""Type tokens of the components that are units."""
DEPLOYMENT_ROLE = f"{LIBRARY}:DeploymentRole"
"""The component that holds the right to deploy a unit: it is judged as that unit's. The platform makes it."""
STACK_TYPE = "pulumi:pulumi:Stack"
OWNER_TAG = "pbc"
_PROVIDERS = "pulumi:providers:"
"""What the types of providers begin with."""
_EXPORT_VERSION = 3
_URN_PARTS = 4

_FILLED_BY_PROVIDER = frozenset({"inlinePolicies", "managedPolicyArns", "policy", "name", "arn", "url", "id"})
"""Properties that the provider fills in where the program leaves them out. At a preview they are unknown then, and no
other property flows into them. Where the program itself sets them to an unknown, its inputs say so, which another check
of this pack reads."""


class InvalidExport(ValueError):
    """A file that is not the export of a Pulumi stack. The message says why."""


@dataclass(frozen=True, eq=False)
class Resource:
    """A resource: its type, its properties as plain data, and where it stands."""

    urn: str
    type: str
    name: str
    props: Mapping[str, Any]
    parent: str = ""
    protect: bool = False
    custom: bool = True
    """True for what a provider makes; a component makes nothing by itself."""
    dependencies: Sequence[str] = ()
    property_dependencies: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    inputs: Container[str] = ()
    """Properties that the program sets, as far as that is known."""
    wanted: Mapping[str, Any] | None = None
    """The properties as the program wants them, where they are others than those that it has."""
    id: str = ""
    """The id that the provider gave it; empty before it is made, or where that is not known."""
    external: bool = False
    """True for what the program only looks up, and does not make."""
    account: str | None = None
    """The account in which its provider makes it, where the provider acts under a role; None where nothing tells it."""
    set_by_program: Mapping[str, Any] | None = None
    """The properties that the program sets, where they are known apart from those that AWS computes."""

    def asks(self, key: str) -> bool:
        """True if the program certainly sets a property: it is not one that the provider computes."""
        return key in self.inputs or key in self.property_dependencies

    def get(self, *path: str) -> Any:
        """The property below a path: UNKNOWN if it is, None if there is none."""
        return read(self.props, *path)

    @cached_property
    def texts(self) -> Sequence[tuple[str, Any]]:
        """Every text and unknown in the properties, with the path that leads to it."""
        return texts_by_path(self.props)

    @property
    def kind(self) -> str:
        """Last part of the type token, for example `Table`."""
        return self.type.rpartition(":")[2]

    @property
    def package(self) -> str:
        """The first part of the type token: the provider's, or the component library's."""
        return self.type.partition(":")[0]


class SdkResource(Protocol):
    """The part of the policy SDK's `PolicyResource` that is read."""

    resource_type: str
    urn: str
    name: str
    props: Mapping[str, Any]
    parent: Any
    dependencies: Any
    property_dependencies: Any
    provider: Any
    opts: Any


class Graph:
    """All resources of one stack."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.resources = tuple(one for one in resources if not is_provider(one.type))
        self.by_urn = {resource.urn: resource for resource in self.resources}
        self._owners: dict[str, str | None] = {}

    @cached_property
    def project(self) -> str:
        """Name of the project, from the first URN."""
        return self._urn_part(1)

    @cached_property
    def stack(self) -> str:
        """Name of the stack, from the first URN."""
        return self._urn_part(0)

    @cached_property
    def units(self) -> tuple[str, ...]:
        """Keys of all units, in order."""
        owners = {self.owner(resource) for resource in self.resources}
        return tuple(sorted(owner for owner in owners if owner is not None))

    def by_type(self, *tokens: str) -> list[Resource]:
        """The resources of some types."""
        return [resource for token in tokens for resource in self._by_type.get(token, ())]

    def owner(self, resource: Resource) -> str | None:
        """Key of the unit that owns a resource; None if nobody does."""
        if resource.urn not in self._owners:
            self._owners[resource.urn] = self._find_owner(resource)
        return self._owners[resource.urn]

    def of_unit(self, unit: str) -> list[Resource]:
        """The resources that a unit owns."""
        return self._by_owner.get(unit, [])

    def unit_of(self, unit: str) -> Resource | None:
        """The component of a unit; None if the stack has only things tagged with it."""
        return self._unit_components.get(unit)

    def is_unit(self, resource: Resource) -> bool:
        """True for the component of a unit: one of the library's, at the program's root."""
        return resource.type in UNIT_TYPES and self._is_at_root(resource)

    def deploys(self, resource: Resource) -> bool:
        """True for the component of a deployment role: at the program's root, or right below the platform."""
        above = self.by_urn.get(resource.parent)
        by_platform = above is not None and above.type == PLATFORM and self.is_unit(above)
        return resource.type == DEPLOYMENT_ROLE and (by_platform or self._is_at_root(resource))

    @cached_property
    def rivals(self) -> tuple[Resource, ...]:
        """Components that claim to be a unit which another one is already, or to be a second platform or operations."""
        claims: dict[str, list[Resource]] = {}
        for one in self.resources:
            if self.is_unit(one):
                claims.setdefault(_unit_key(one), []).append(one)
                if one.type in (PLATFORM, OPERATIONS):
                    claims.setdefault(one.type, []).append(one)
        return tuple({one.urn: one for same in claims.values() if len(same) > 1 for one in same}.values())

    def _is_at_root(self, resource: Resource) -> bool:
        above = self.by_urn.get(resource.parent)
        return above is None or above.type == STACK_TYPE

    @cached_property
    def _unit_components(self) -> dict[str, Resource]:
        return {_unit_key(one): one for one in self.resources if self.is_unit(one)}

    def flows_from(self, resource: Resource, key: str) -> list[Resource]:
        """The resources whose values flow into a property."""
        urns = resource.property_dependencies.get(key, ())
        return [self.by_urn[urn] for urn in urns if urn in self.by_urn]

    @cached_property
    def _by_owner(self) -> dict[str | None, list[Resource]]:
        found: dict[str | None, list[Resource]] = {}
        for resource in self.resources:
            found.setdefault(self.owner(resource), []).append(resource)
        return found

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = {}
        for resource in self.resources:
            found.setdefault(resource.type, []).append(resource)
        return found

    def _find_owner(self, resource: Resource) -> str | None:
        above: Resource | None = resource
        passed: set[str] = set()
        while above is not None and above.urn not in passed:
            if self.is_unit(above) or self.deploys(above):
                return _unit_key(above)
            passed.add(above.urn)
            above = self.by_urn.get(above.parent)
        tag = resource.get("tags", OWNER_TAG)
        return tag if isinstance(tag, str) and tag else None

    def _urn_part(self, index: int) -> str:
        if not self.resources:
            return ""
        return self.resources[0].urn.removeprefix("urn:pulumi:").split("::")[index]


def _unit_key(component: Resource) -> str:
    unit = component.get("unit")
    return unit if isinstance(unit, str) else component.name


def views(resources: Sequence[Resource]) -> list[Sequence[Resource]]:
    """A stack as it is, and as the program wants it, if that is something else: both must hold."""
    if all(one.wanted is None for one in resources):
        return [resources]
    return [resources, [replace(one, props=one.wanted) if one.wanted is not None else one for one in resources]]


def _nothing_known(_urn: str) -> None:
    return None


def from_sdk(
    resources: Iterable[SdkResource], set_by_program: Callable[[str], Mapping[str, Any] | None] = _nothing_known
) -> Graph:
    """The graph as the engine hands it to a stack policy, with properties as they were sent.

    Args:
        resources: those of the stack.
        set_by_program: by URN, the properties that the program sets; None where that is not known.
    """
    return Graph(_from_sdk(one, set_by_program(one.urn)) for one in resources)


def _from_sdk(one: SdkResource, inputs: Mapping[str, Any] | None) -> Resource:
    property_dependencies = {
        key: [dependency.urn for dependency in values] for key, values in one.property_dependencies.items()
    }
    return Resource(
        urn=one.urn,
        type=one.resource_type,
        name=one.name,
        props=_stated(
            {
                key: value
                for key, value in one.props.items()
                if property_dependencies.get(key) or not _is_filled_by_provider(key, value)
            }
        ),
        parent=one.parent.urn if one.parent is not None else (one.opts.parent or ""),
        protect=bool(one.opts.protect),
        custom=one.provider is not None,
        dependencies=[dependency.urn for dependency in one.dependencies],
        property_dependencies=property_dependencies,
        inputs=inputs if inputs is not None else (),
        set_by_program=inputs,
        account=_account_of(one.provider.props) if one.provider is not None else None,
    )


def _account_of(provider: Mapping[str, Any]) -> str | None:
    """The one account in which a provider may make things, by the role that it acts under."""
    roles = json.dumps({key: str(value) for key, value in provider.items() if key.startswith("assumeRole")})
    accounts = set(_OF_ROLE.findall(roles))
    return accounts.pop() if len(accounts) == 1 else None


_OF_ROLE = re.compile(r":iam::([0-9]{12}):role/")


def _is_filled_by_provider(key: str, value: Any) -> bool:
    """True for a property that the provider alone will fill in: what a program puts together holds other text, too."""
    return key in _FILLED_BY_PROVIDER and isinstance(value, str) and value in SENTINELS


def _stated(values: Mapping[str, Any]) -> dict[str, Any]:
    """Properties as plain data, without those that are null: a provider writes that for what there is not."""
    return {key: value for key, value in plain(values).items() if value is not None}


def from_export(body: Mapping[str, Any]) -> Graph:
    """The graph of a `pulumi stack export`.

    Raises:
        InvalidExport: it is not one.
    """
    if body.get("version") != _EXPORT_VERSION:
        raise InvalidExport(f"version {body.get('version')!r}; an export of a Pulumi stack has {_EXPORT_VERSION}")
    states = read(body, "deployment", "resources")
    if not isinstance(states, list) or not states:
        raise InvalidExport("no resources under deployment.resources")
    settings = provider_settings(cast("list[Any]", states))
    accounts = {reference: _account_of(inputs) for reference, inputs in settings.items()}
    return Graph(
        replace(_from_state(state), account=accounts.get(str(read(state, "provider"))))
        for state in cast("list[Any]", states)
    )


def is_provider(token: str) -> bool:
    """Whether a type is that of a provider."""
    return token.startswith(_PROVIDERS)


def provider_settings(states: Iterable[Any]) -> dict[str, Mapping[str, Any]]:
    """What the providers of an export are set to, by the reference that their resources have: URN and id."""
    return {
        f"{read(state, 'urn')}::{read(state, 'id')}": read(state, "inputs") or {}
        for state in states
        if is_provider(str(read(state, "type")))
    }


def load(path: Path) -> Graph:
    """The graph of an export in a file.

    Raises:
        InvalidExport: the file is missing, is not JSON, or is not an export.
    """
    return from_export(read_export(path))


def read_export(path: Path) -> dict[str, Any]:
    """Read an export from a file, as it is.

    Raises:
        InvalidExport: the file is missing, is not JSON, or is not an export.
    """
    try:
        body = json.loads(path.read_text())
    except OSError as error:
        raise InvalidExport(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidExport(f"{path}: not text") from error
    except json.JSONDecodeError as error:
        raise InvalidExport(f"{path}: not JSON: {error}") from error
    if not isinstance(body, dict):
        raise InvalidExport(f"{path}: not an export of a Pulumi stack")
    export = cast("dict[str, Any]", body)
    try:
        from_export(export)
    except InvalidExport as error:
        raise InvalidExport(f"{path}: not an export of a Pulumi stack: {error}") from error
    return export


def _from_state(state: Any) -> Resource:
    urn, token = read(state, "urn"), read(state, "type")
    if not isinstance(urn, str) or not isinstance(token, str) or urn.count("::") < _URN_PARTS - 1:
        raise InvalidExport(f"a resource without a URN and a type: {str(state)[:80]}")
    inputs, outputs = _properties(state, "inputs"), _properties(state, "outputs")
    known = {key: value for key, value in outputs.items() if value is not UNKNOWN or key not in inputs}
    wanted = {key: value for key, value in inputs.items() if not has_unknown(value)}
    differs = any(key in known and _meaning(value) != _meaning(known[key]) for key, value in wanted.items())
    return Resource(
        urn=urn,
        type=token,
        name=urn.split("::", _URN_PARTS - 1)[-1],
        props={**inputs, **known},
        parent=str(state.get("parent", "")),
        protect=bool(state.get("protect")),
        custom=bool(state.get("custom")),
        dependencies=list(state.get("dependencies") or ()),
        property_dependencies=dict(state.get("propertyDependencies") or {}),
        inputs=frozenset(inputs),
        wanted={**inputs, **known, **wanted} if differs else None,
        id=str(state.get("id") or ""),
        external=bool(state.get("external")),
        set_by_program=inputs,
    )


def _meaning(value: Any) -> Any:
    """What a property says, however its JSON is written."""
    try:
        return json.loads(value) if isinstance(value, str) and value.startswith("{") else value
    except json.JSONDecodeError:
        return value


def _properties(state: Mapping[str, Any], key: str) -> dict[str, Any]:
    values: Any = state.get(key) or {}
    if not isinstance(values, dict) or SIGNATURE in values:
        raise InvalidExport(f"{state.get('urn')}: {key} are not an object")
    try:
        return _stated(cast("dict[str, Any]", values))
    except UnknownForm as error:
        raise InvalidExport(f"{state.get('urn')}: {key} hold {error}") from error
