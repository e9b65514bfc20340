"""From where a principal gets to, on to the nearest store: the closure of who acts as whom and what flows where."""

from collections import deque
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import tee

from pbc_isolation.analysis.context import Access, Analysis, possible_actions
from pbc_isolation.analysis.inventory import ProtectedResource
from pbc_isolation.iam.catalogue import HARMLESS, badness, class_of, display
from pbc_isolation.iam.evaluator import alike, can
from pbc_isolation.iam.principals import Principal
from pbc_isolation.iam.regions import Region

Node = Principal | ProtectedResource

_ACTS_AS = {
    "function": ("role",),
    "state machine": ("roleArn",),
    "schedule": ("target", "roleArn"),
    "pipe": ("roleArn",),
}
"""Where things name the role that they act under."""


@dataclass(frozen=True)
class Step:
    """An edge of a path: how one gets to a node."""

    by: str
    to: Node


@dataclass(eq=False)
class Reachability:
    """The closure over one stack."""

    analysis: Analysis

    def path(self, access: Access) -> tuple[str, ...]:
        """The shortest path from a principal, by an access, to a store of another unit, in words.

        It ends at what the access itself reaches where no store can be reached from there.
        """
        first = display(access.grant.action)
        start = access.principal
        came: dict[int, tuple[Node, Step] | None] = {id(start): None}
        queue: deque[Node] = deque()
        for thing in access.targets:
            came[id(thing)] = (start, Step(first, thing))
            if _is_end(thing, start):
                return _spelled(came, thing)
            queue.append(thing)
        while queue:
            node = queue.popleft()
            for step in self.steps_from(node):
                if id(step.to) not in came:
                    came[id(step.to)] = (node, step)
                    if _is_end(step.to, start):
                        return _spelled(came, step.to)
                    queue.append(step.to)
        end = access.targets[0] if access.targets else None
        return _spelled(came, end) if end else (start.label, first, access.grant.resource)

    def steps_from(self, node: Node) -> Iterator[Step]:
        """Where one gets from a node in one step."""
        if isinstance(node, Principal):
            yield from self._permitted(node)
            return
        if node.kind.label == "role":
            yield from (Step("is", one) for one in self.analysis.principals if one.resource is node.resource)
        for key_path in (_ACTS_AS.get(node.kind.label),):
            if key_path is not None:
                yield from (Step("acts as", role) for role in self._roles(node.resource.get(*key_path)))
        yield from (Step("flows to", consumer) for consumer in self._consumers.get(node.resource.urn, ()))

    def _permitted(self, principal: Principal) -> Iterator[Step]:
        """What a principal's permissions let it reach: found once, and no further than somebody asks."""
        self._steps[id(principal)], steps = tee(self._steps.get(id(principal)) or self._by_permission(principal))
        return steps

    @cached_property
    def _steps(self) -> dict[int, Iterator[Step]]:
        return {}

    def _by_permission(self, principal: Principal) -> Iterator[Step]:
        possible = (one for one in possible_actions(principal.documents) if class_of(one) != HARMLESS)
        actions = sorted(possible, key=badness)
        by_service: dict[str, list[str]] = {}
        for thing in self.analysis.inventory.things:
            service = thing.kind.service
            if service not in by_service:
                named = (action for action in actions if action.startswith((f"{service}:", "sts:")))
                by_service[service] = _first_of_each_kind(principal, named)
            action = next((one for one in by_service[service] if self._may(principal, one, thing)), None)
            if action is not None:
                yield Step(display(action), thing)

    @staticmethod
    def _may(principal: Principal, action: str, thing: ProtectedResource) -> bool:
        return any(can(principal, action, Region((arn,))) is not None for arn in thing.arns)

    def _roles(self, reference: object) -> list[Principal]:
        if not isinstance(reference, str):
            return []
        name = reference.rpartition("/")[2]
        return [one for one in self.analysis.principals if one.name == name]

    @cached_property
    def _consumers(self) -> dict[str, list[ProtectedResource]]:
        """The functions that event source mappings feed, by the URN of the source."""
        found: dict[str, list[ProtectedResource]] = {}
        inventory = self.analysis.inventory
        for mapping in self.analysis.graph.by_type("aws:lambda/eventSourceMapping:EventSourceMapping"):
            source, function = mapping.get("eventSourceArn"), mapping.get("functionName")
            sources = inventory.named_by(source) if isinstance(source, str) else []
            sources = sources or self.analysis.refers_to(mapping, "eventSourceArn")
            functions = inventory.named_by(function) if isinstance(function, str) else []
            for thing in sources:
                found.setdefault(thing.resource.urn, []).extend(functions)
        return found


def _is_end(node: Node, principal: Principal) -> bool:
    """True for a store of another unit than the principal's."""
    if not isinstance(node, ProtectedResource) or not node.kind.store:
        return False
    return node.unit is None or node.unit != principal.unit


def _first_of_each_kind(principal: Principal, actions: Iterable[str]) -> list[str]:
    """Of actions that a principal may do to the same resources, the first."""
    found: dict[Hashable, str] = {}
    for action in actions:
        found.setdefault(alike(principal, action), action)
    return list(found.values())


def _spelled(came: dict[int, tuple[Node, Step] | None], node: Node) -> tuple[str, ...]:
    words = [node.label]
    before = came[id(node)]
    while before is not None:
        source, step = before
        words += [step.by, source.label]
        before = came[id(source)]
    return tuple(reversed(words))
