"""The graph of a program: every resource it registered, in the form the engine knows it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi.runtime.rpc import UNKNOWN as _UNKNOWN

from pbckit.errors import PbckitError

UNKNOWN: str = _UNKNOWN
"""Stands for a value that is computed later; Pulumi's own sentinel, as in a preview's state."""

STACK_TYPE = "pulumi:pulumi:Stack"
_EXPORT_VERSION = 3


class InvalidExport(PbckitError, ValueError):
    """A file that is not the export of a Pulumi stack."""


@dataclass(kw_only=True)
class Resource:
    """A registered resource. Inputs and outputs are plain JSON with wire names (camelCase)."""

    urn: str
    type: str
    name: str
    custom: bool
    parent: str = ""
    id: str = ""
    inputs: dict[str, Any] = field(default_factory=dict[str, Any])
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])
    dependencies: list[str] = field(default_factory=list[str])
    property_dependencies: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    protect: bool = False
    ignore_changes: list[str] = field(default_factory=list[str])
    """Inputs that a later deployment leaves as they are."""
    aliases: list[str] = field(default_factory=list[str])
    provider: str = ""
    delete_before_replace: bool | None = None
    """None leaves it to the provider. Not part of a state."""
    replace_with: list[str] = field(default_factory=list[str])
    """URNs of the resources whose replacement replaces this one too."""
    deleted_with: str = ""
    """URN of the resource whose deletion deletes this one too."""
    retain_on_delete: bool = False
    """True leaves it in AWS when it is deleted from the state."""

    def as_state(self) -> dict[str, Any]:
        """The resource as it stands in `pulumi stack export`."""
        state: dict[str, Any] = {
            "urn": self.urn,
            "custom": self.custom,
            "id": self.id,
            "type": self.type,
            "inputs": self.inputs,
            "outputs": self.outputs,
            "parent": self.parent,
            "protect": self.protect,
            "dependencies": self.dependencies,
            "propertyDependencies": self.property_dependencies,
            "provider": self.provider,
            "aliases": self.aliases,
            "ignoreChanges": self.ignore_changes,
            "replaceWith": self.replace_with,
            "deletedWith": self.deleted_with,
            "retainOnDelete": self.retain_on_delete,
        }
        return {key: value for key, value in state.items() if value or key in ("urn", "custom", "type")}


@dataclass(kw_only=True)
class Graph:
    """All resources of a stack, in the order of their registration, and the stack's outputs."""

    project: str
    stack: str
    resources: list[Resource] = field(default_factory=list[Resource])
    outputs: dict[str, Any] = field(default_factory=dict[str, Any])

    def resource(self, urn: str) -> Resource:
        """The resource of a URN.

        Raises:
            KeyError: there is none.
        """
        for resource in self.resources:
            if resource.urn == urn:
                return resource
        raise KeyError(urn)

    def one(self, token: str, name: str) -> Resource:
        """The resource of a type and a name, whatever its parent.

        Raises:
            KeyError: there is none, or more than one.
        """
        found = [resource for resource in self.by_type(token) if resource.name == name]
        if len(found) != 1:
            raise KeyError(f"{len(found)} resources are {token} {name}")
        return found[0]

    def by_type(self, token: str) -> list[Resource]:
        """All resources of a type."""
        return [resource for resource in self.resources if resource.type == token]

    def children(self, urn: str) -> list[Resource]:
        """The resources whose parent is the given one."""
        return [resource for resource in self.resources if resource.parent == urn]

    def export(self) -> dict[str, Any]:
        """The graph in the format of `pulumi stack export`."""
        stack = Resource(
            urn=stack_urn(self.project, self.stack),
            type=STACK_TYPE,
            name=f"{self.project}-{self.stack}",
            custom=False,
            outputs=self.outputs,
        )
        states = [resource.as_state() for resource in (stack, *self._providers(), *self.resources)]
        return {"version": _EXPORT_VERSION, "deployment": {"manifest": {}, "resources": states}}

    def save(self, path: Path) -> None:
        """Write the export."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.export(), indent=2) + "\n")

    def _providers(self) -> Iterable[Resource]:
        for reference in sorted({resource.provider for resource in self.resources if resource.provider}):
            urn, _, identity = reference.rpartition("::")
            yield Resource(urn=urn, type=urn.split("::")[2], name=urn.split("::")[3], custom=True, id=identity)


def stack_urn(project: str, stack: str) -> str:
    """URN of the stack itself."""
    return f"urn:pulumi:{stack}::{project}::{STACK_TYPE}::{project}-{stack}"


def child_urn(project: str, stack: str, parent: str, token: str, name: str) -> str:
    """URN of a resource: the types of all its parents but the stack, then its own, and its name."""
    chain = parent.split("::")[2] if parent else STACK_TYPE
    qualified = token if chain == STACK_TYPE else f"{chain}${token}"
    return f"urn:pulumi:{stack}::{project}::{qualified}::{name}"


def export_name(stack: str) -> str:
    """The file in a sandbox's folder that has what was deployed of a stack."""
    return "export.json" if stack == "local" else f"export.{stack}.json"


def load(path: Path) -> Graph:
    """Read an export.

    Raises:
        InvalidExport: the file is missing, is not JSON, or is not an export.
    """
    try:
        body: Any = json.loads(path.read_text())
        states: list[Mapping[str, Any]] = body["deployment"]["resources"]
        resources = [_from_state(state) for state in states]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InvalidExport(f"{path}: not an export of a Pulumi stack: {error}") from error
    stacks = [resource for resource in resources if resource.type == STACK_TYPE]
    if len(stacks) != 1:
        raise InvalidExport(f"{path}: holds {len(stacks)} stacks, an export holds one")
    stack, project = stacks[0].urn.removeprefix("urn:pulumi:").split("::")[:2]
    others = [one for one in resources if one.type != STACK_TYPE and not one.type.startswith("pulumi:providers:")]
    return Graph(project=project, stack=stack, resources=others, outputs=stacks[0].outputs)


def _from_state(state: Mapping[str, Any]) -> Resource:
    return Resource(
        urn=state["urn"],
        type=state["type"],
        name=state["urn"].split("::")[3],
        custom=bool(state.get("custom")),
        parent=state.get("parent", ""),
        id=state.get("id", ""),
        inputs=state.get("inputs", {}),
        outputs=state.get("outputs", {}),
        dependencies=state.get("dependencies", []),
        property_dependencies=state.get("propertyDependencies", {}),
        protect=bool(state.get("protect")),
        ignore_changes=state.get("ignoreChanges", []),
        aliases=state.get("aliases", []),
        provider=state.get("provider", ""),
        replace_with=state.get("replaceWith", []),
        deleted_with=state.get("deletedWith", ""),
        retain_on_delete=bool(state.get("retainOnDelete")),
    )
