"""What is wrong with a plan: what Pulumi or AWS refuses on the way, and what is lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

from pbckit.sandbox.graph import UNKNOWN, Graph, Resource
from pbckit.updates.attachment import names
from pbckit.updates.plan import Plan, Step
from pbckit.updates.resource_types import resource_type
from pbckit.updates.values import given

Severity = Literal["error", "warning", "note"]
_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
_TABLE = "aws:dynamodb/table:Table"
_BESIDE = "Make a second one beside it, move what it holds, and then remove the first."


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing to know before a plan is carried out."""

    severity: Severity
    """`error`: it fails, or loses data. `warning`: it loses what the system can do without. `note`: it works."""
    rule: str
    type: str
    resource: str
    """Logical name."""
    message: str
    fix: str = ""


def findings(before: Graph, after: Graph, plan: Plan) -> list[Finding]:
    """Everything there is to say about a plan, errors first."""
    found = [
        *_refused_or_lost(after, plan),
        *_collisions(before, after, plan),
        *_attached(before, plan),
        *_unseen(plan),
        *_notes(plan),
    ]
    return sorted(found, key=lambda one: _SEVERITIES.index(one.severity))


def _refused_or_lost(after: Graph, plan: Plan) -> Iterator[Finding]:
    """Deletions: refused where the resource is protected, else what is lost by them."""
    for step, old in plan.deletions():
        holds = resource_type(old.type).holds
        why, fix = _why(step), _keep(step, old, after)
        if old.protect and step.resource.protect:
            message = f"Pulumi refuses to {step.kind} it: it is protected. {why}"
            yield _finding("error", "protected", old, message, fix)
        elif old.type == _TABLE and given(old.inputs).get("deletionProtectionEnabled") is True:
            message = f"AWS refuses to delete it, and the update stops there: the table has deletion protection. {why}"
            yield _finding("error", "deletion-protection", old, message, fix)
        elif holds is not None:
            yield _finding(holds.loss, "loss", old, f"Lost with it: {holds.what}. {why}", fix)


def _why(step: Step) -> str:
    if step.kind == "delete":
        return "The program no longer has it under this name."
    return f"It is replaced because of {', '.join(step.because)}."


def _keep(step: Step, old: Resource, after: Graph) -> str:
    if step.kind == "replace":
        return f"Undo the change. Or: {_BESIDE}"
    parent = old.parent.rpartition("::")[2]
    gone = parent if all(one.name != parent for one in after.resources) else old.name
    return (
        f'If it was renamed: keep its physical name, and give what takes its place the alias "{gone}". '
        "If it is to go: save what it holds, take any protection away in one update, and remove it in the next."
    )


def _collisions(before: Graph, after: Graph, plan: Plan) -> Iterator[Finding]:
    """New resources whose name in AWS is still taken when they are made."""
    there: dict[tuple[Any, ...], list[Resource]] = {}
    for one in before.resources:
        for key in _keys(one, before):
            there.setdefault(key, []).append(one)
    for step in plan.steps:
        if step.kind in ("create", "replace"):
            taken = {one.urn: one for key in _keys(step.resource, after) for one in there.get(key, ())}
            for other in taken.values():
                if not (step.delete_first and other is step.old):
                    yield _collision(step, other)


def _collision(step: Step, other: Resource) -> Finding:
    new, known = step.resource, resource_type(step.resource.type)
    name = " ".join(str(given(new.inputs).get(one, "")) for one in known.identity)
    if known.existing == "refused":
        result = "AWS refuses it"
    else:
        result = "AWS changes the old one, and the deletion at the end removes it"
    if other is step.old:
        message = f"its replacement has the same name ({name}) and is made before the old one is deleted: {result}"
        return _finding("error", "collision", new, message, "Set delete_before_replace on it.")
    message = f"{name} is there already, as {other.name} of the same type: {result}"
    fix = f"If it was renamed, or moved to another parent: give it the alias {other.urn}."
    return _finding("error", "collision", new, message, fix)


def _keys(one: Resource, graph: Graph) -> Iterator[tuple[Any, ...]]:
    """What names a resource in AWS: by values that are known, and by what computes those that are not."""
    known = resource_type(one.type) if one.custom else None
    if known is not None and known.identity and known.existing != "new":
        for values in product(*(_values(one, name, graph) for name in known.identity)):
            yield one.type, *values


def _values(one: Resource, name: str, graph: Graph) -> list[Any]:
    value = given(one.inputs).get(name)
    if value != UNKNOWN:
        return [value]
    sources = [graph.resource(urn) for urn in one.property_dependencies.get(name, ())]
    return [key for source in sources for key in _keys(source, graph)]


def _attached(before: Graph, plan: Plan) -> Iterator[Finding]:
    """What is deleted while something that belongs to it is still there."""
    deleted = {old.urn for _, old in plan.deletions()}
    by_type: dict[str, list[tuple[Step, Resource]]] = {}
    for step, old in plan.deletions():
        by_type.setdefault(old.type, []).append((step, old))
    for child in before.resources:
        for name, parent_type in resource_type(child.type).belongs_to.items() if child.custom else ():
            for step, parent in by_type.get(parent_type, ()):
                if child.urn in plan.taken_along or not names(child, name, parent):
                    continue
                # At the end, what depends on something is deleted before it.
                in_order = not step.delete_first and child.urn in deleted and _depends(child, parent.urn, before)
                if not in_order:
                    message = f"{parent.name} is deleted while this is attached: AWS refuses, or removes this with it"
                    fix = "Take the name from an output (role=role.name), so that both are replaced together."
                    yield _finding("error", "attached", child, message, fix)


def _depends(one: Resource, urn: str, graph: Graph) -> bool:
    known = {resource.urn: resource for resource in graph.resources}
    waiting, seen = [one.urn], {one.urn}
    while waiting:
        found = known.get(waiting.pop())
        for dependency in found.dependencies if found else ():
            if dependency == urn:
                return True
            if dependency not in seen:
                seen.add(dependency)
                waiting.append(dependency)
    return False


def _unseen(plan: Plan) -> Iterator[Finding]:
    """Changes that the provider does not see (terraform-provider-aws, issues 759 and 23618)."""
    for step in plan.steps:
        if step.kind == "update" and step.old and step.resource.type == _TABLE:
            old, new = _types_of_attributes(step.old), _types_of_attributes(step.resource)
            for name in sorted({*old} & {*new}):
                if old[name] != new[name]:
                    message = f"the type of attribute {name!r} changes from {old[name]} to {new[name]}: the provider "
                    message += "does not see that in a table's keys, and the table keeps the old type"
                    yield _finding("error", "unseen-change", step.resource, message, _BESIDE)


def _types_of_attributes(table: Resource) -> dict[str, str]:
    return {one["name"]: one["type"] for one in table.inputs.get("attributes", ())}


def _notes(plan: Plan) -> Iterator[Finding]:
    for step in plan.steps:
        notes = resource_type(step.resource.type).notes
        for name in step.changed:
            if step.kind == "update" and name in notes:
                yield _finding("note", "in-place", step.resource, f"{name}: {notes[name]}")


def _finding(severity: Severity, rule: str, one: Resource, message: str, fix: str = "") -> Finding:
    return Finding(severity=severity, rule=rule, resource=one.name, type=one.type, message=message, fix=fix)
