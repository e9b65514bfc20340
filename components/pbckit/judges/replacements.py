"""Replacements: what a program must say so that a changed input, which AWS cannot change in place, can be deployed.

A resource with a name that stays the same cannot be made before the old one is deleted, and what belongs to a resource
has to go before it. `pbckit/updates/resource_types.yaml` says which inputs AWS cannot change and what belongs to what.
"""

from collections.abc import Iterator
from typing import Any

from pbckit.judges.finding import Finding, Judge, finding
from pbckit.sandbox.graph import Graph, Resource
from pbckit.updates.attachment import names
from pbckit.updates.resource_types import FILE, ResourceType, resource_types, undescribed
from pbckit.updates.values import given

_ENGINE = "Pulumi: a replacement deletes first only what depends on it by an output"
_BRIDGE = "pulumi-terraform-bridge, nameRequiresDeleteBeforeReplace"
_DESCRIBED = f"an entry in pbckit/updates/{FILE.name}, which says what a change of it does"


def _judge(graph: Graph) -> Iterator[Finding]:
    yield from _undescribed(graph)
    known = resource_types()
    described = [(one, known[one.type]) for one in graph.resources if one.custom and one.type in known]
    by_type: dict[str, list[Resource]] = {}
    for one, _ in described:
        by_type.setdefault(one.type, []).append(one)
    for one, kind in described:
        yield from _collides(one, kind)
        yield from _is_fixed(one, kind)
        for name, parent_type in kind.belongs_to.items():
            if not known[parent_type].fixed:
                yield from _goes_along(one, name, by_type.get(parent_type, []))


JUDGE = Judge(
    name="replacements",
    shows="Every input's change is known to be made in place or by a replacement; a replacement does not collide with "
    "the resource that it replaces, and takes along what belongs to it; what other stacks name is never replaced.",
    source="terraform-provider-aws, planned with one changed input each; the rules of Pulumi's engine",
    judge=_judge,
)


def _undescribed(graph: Graph) -> Iterator[Finding]:
    first = {(one.type, name): one for one in reversed(graph.resources) for name in ("", *one.inputs)}
    for token, name in undescribed(graph):
        one = first[token, name]
        yield finding(one, name, "nobody says what a change of it does", value="", allowed=_DESCRIBED, source="")


def _collides(one: Resource, kind: ResourceType) -> Iterator[Finding]:
    """Whether a replacement would be made under a name that is taken by the resource that it replaces."""
    inputs = given(one.inputs)
    if kind.existing == "new" or "name" in inputs or one.delete_before_replace:
        return
    for name in _replacing(inputs, kind):
        if name not in one.ignore_changes:
            problem = "a change of it makes a second one under the same name, before the first is deleted"
            yield finding(one, name, problem, value=inputs[name], allowed="delete_before_replace=True", source=_BRIDGE)


def _is_fixed(one: Resource, kind: ResourceType) -> Iterator[Finding]:
    inputs = given(one.inputs)
    for name in _replacing(inputs, kind) if kind.fixed else ():
        if name not in one.ignore_changes:
            problem = "a change of it replaces what other resources name: AWS does not delete it while they do"
            yield finding(one, name, problem, value=inputs[name], allowed="ignore_changes", source=_ENGINE)


def _goes_along(child: Resource, name: str, parents: list[Resource]) -> Iterator[Finding]:
    for parent in parents:
        if names(child, name, parent):
            along = {*child.property_dependencies.get(name, ()), *child.replace_with, child.deleted_with}
            if parent.urn not in along:
                problem = f"it is not replaced together with {parent.name}, to which it belongs"
                allowed = "an output of that resource"
                yield finding(child, name, problem, value=child.inputs[name], allowed=allowed, source=_ENGINE)


def _replacing(inputs: dict[str, Any], kind: ResourceType) -> list[str]:
    """The given inputs whose change replaces the resource under the same name."""
    return [name for name in kind.replaced_by if name in inputs and name not in kind.identity]
