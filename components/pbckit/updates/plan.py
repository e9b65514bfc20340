"""What the engine would do to make one graph into another: the rules of Pulumi's step generator, without an engine.

The rules followed here (pulumi `pkg/resource/deploy/step_generator.go`, pulumi-terraform-bridge `pkg/tfbridge`):

- A resource is found again by its URN, else by an alias, its own or one that its parent was found by.
- A change of an input that the provider cannot change in place replaces the resource. The new one is made first and
  the old one is deleted at the end, unless the program sets `delete_before_replace`, or the resource was given its
  name: then the provider asks to have the old one deleted first.
- Whatever is deleted first takes along what depends on it by an input that would replace it, and what says so with
  `replace_with` or `deleted_with`. An edge by `depends_on` alone does not.
- What the program no longer has is deleted at the end, in the reverse order of dependencies.
- A value that is computed is the same as before, unless what computes it is created, replaced, or updated in what
  moves it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Literal

from pbckit.sandbox.graph import Graph, Resource
from pbckit.updates.resource_types import ResourceType, resource_type
from pbckit.updates.values import differs, given, has_unknown

Kind = Literal["create", "update", "replace", "delete"]
_AUTONAMED = "name"
"""The input by which the provider names what was not given a name."""


@dataclass(frozen=True, kw_only=True)
class Step:
    """What happens to one resource."""

    kind: Kind
    resource: Resource
    """As the program wants it; as it was, where it is deleted."""
    old: Resource | None = None
    """As it was. None for what is created."""
    changed: tuple[str, ...] = ()
    """Inputs that change."""
    because: tuple[str, ...] = ()
    """Inputs that force a replacement, or the name of the resource whose replacement brings this one along."""
    delete_first: bool = False
    """True where the old one is deleted before the new one is made."""


@dataclass(kw_only=True)
class Plan:
    """The steps in the order in which they begin: as the program registers resources, and deletions at the end."""

    steps: list[Step] = field(default_factory=list[Step])
    unchanged: int = 0
    renamed: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Old and new URN of what was found by an alias."""
    kept: dict[str, str] = field(default_factory=dict[str, str])
    """Old URN by new URN of all that is there before and after."""
    taken_along: dict[str, str] = field(default_factory=dict[str, str])
    """Old URN of what is deleted first together with something else, and that one's name."""

    def deletions(self) -> Iterator[tuple[Step, Resource]]:
        """The steps that delete something in AWS, those of replacements included, and what they delete."""
        for step in self.steps:
            if step.old is not None and step.kind in ("delete", "replace") and not step.old.retain_on_delete:
                yield step, step.old


def plan(before: Graph, after: Graph) -> Plan:
    """Compare what is deployed with what the program wants.

    Args:
        before: the stack as it is: an export, or an earlier capture.
        after: the program as it is now, captured at preview.

    Raises:
        UnknownResourceType: nothing is known of how a type is updated.
    """
    return _Planner(before, after).run()


class _Planner:
    def __init__(self, before: Graph, after: Graph) -> None:
        self._before, self._after = before, after
        self._olds = {one.urn: one for one in before.resources}
        self._plan = Plan()
        self._steps: dict[str, Step] = {}

    def run(self) -> Plan:
        for new in self._after.resources:
            self._register(new)
        found = {*self._plan.kept.values()}
        gone = [one for one in self._before.resources if one.custom and one.urn not in found]
        self._plan.steps += [Step(kind="delete", resource=one, old=one) for one in _dependents_first(gone)]
        return self._plan

    def _register(self, new: Resource) -> None:
        old = self._found(new)
        if old is not None:
            self._plan.kept[new.urn] = old.urn
            if old.urn != new.urn:
                self._plan.renamed.append((old.urn, new.urn))
        if not new.custom:
            return
        step = Step(kind="create", resource=new) if old is None else self._step(old, new)
        if step is None:
            self._plan.unchanged += 1
            return
        self._steps[new.urn] = step
        self._plan.steps.append(step)
        if step.delete_first and old is not None:
            self._take_along(old)

    def _found(self, new: Resource) -> Resource | None:
        names = [new.urn, *new.aliases]
        was = self._plan.kept.get(new.parent, new.parent)
        if was != new.parent:
            names += [_below(was, new.parent, urn) for urn in names]
        return next((self._olds[urn] for urn in names if urn in self._olds), None)

    def _step(self, old: Resource, new: Resource) -> Step | None:
        changed = tuple(sorted(self._changed(old, new)))
        forced = tuple(one for one in changed if one in resource_type(new.type).replaced_by)
        if old.urn in self._plan.taken_along:
            name = self._plan.taken_along[old.urn]
            return Step(kind="replace", resource=new, old=old, changed=changed, because=(name,), delete_first=True)
        with_others = tuple(
            self._steps[urn].resource.name for urn in (*new.replace_with, new.deleted_with) if self._is_replaced(urn)
        )
        if forced or with_others:
            first = new.delete_before_replace
            return Step(
                kind="replace",
                resource=new,
                old=old,
                changed=changed,
                because=forced or with_others,
                delete_first=_AUTONAMED in given(new.inputs) if first is None else first,
            )
        return Step(kind="update", resource=new, old=old, changed=changed) if changed else None

    def _is_replaced(self, urn: str) -> bool:
        step = self._steps.get(urn)
        return step is not None and step.kind == "replace"

    def _changed(self, old: Resource, new: Resource) -> Iterator[str]:
        olds, news = given(old.inputs), given(new.inputs)
        ignored = {path.partition(".")[0].partition("[")[0] for path in new.ignore_changes}
        for name in {*olds, *news} - ignored:
            was, will = olds.get(name), news.get(name)
            computed = has_unknown(will) and any(self._moves(urn) for urn in new.property_dependencies.get(name, ()))
            if computed or differs(was, will) or (will is None) != (was is None):
                yield name

    def _moves(self, urn: str) -> bool:
        """Whether what a resource computes may be another value than before."""
        step = self._steps.get(urn)
        if step is None or step.kind != "update":
            return step is not None
        moves = resource_type(step.resource.type).moves.values()
        return any({*inputs} & {*step.changed} for inputs in moves)

    def _take_along(self, root: Resource) -> None:
        """Note what the engine deletes together with a resource that is deleted first."""
        replaced = {root.urn}
        for one in self._before.resources:
            if one.custom and one.urn not in replaced and _would_be_replaced(one, replaced):
                replaced.add(one.urn)
                self._plan.taken_along.setdefault(one.urn, root.name)


def _below(was: str, parent: str, child: str) -> str:
    """The URN that a child had below its parent's old URN. A name that begins with the parent's changed with it."""
    stack, project, types, name = child.split("::", 3)
    old_types, old_name = was.split("::", 3)[2:]
    parent_name = parent.split("::", 3)[3]
    name = old_name + name.removeprefix(parent_name) if name.startswith(parent_name) else name
    return f"{stack}::{project}::{old_types}${types.rpartition('$')[2]}::{name}"


def _would_be_replaced(one: Resource, replaced: Collection[str]) -> bool:
    if one.deleted_with in replaced or any(urn in replaced for urn in one.replace_with):
        return True
    known: ResourceType = resource_type(one.type)
    return any(
        name in known.replaced_by and any(urn in replaced for urn in urns)
        for name, urns in one.property_dependencies.items()
        if name not in one.ignore_changes
    )


def _dependents_first(gone: list[Resource]) -> list[Resource]:
    """What others depend on comes after them. A state and a capture list dependencies before what depends on them."""
    return gone[::-1]
