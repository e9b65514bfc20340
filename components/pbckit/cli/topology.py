"""The units of a program and the edges between them, read from its graph."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pbckit.contracts.definitions import PEOPLE
from pbckit.infra.names import OPERATOR
from pbckit.sandbox.graph import Graph, Resource

UNIT_KINDS = ("Platform", "Operations", "Pbc", "Strangler", "Offering")
"""Components that are units, in the order in which they are listed."""
_TOKENS = {f"pbckit:infra:{kind}" for kind in UNIT_KINDS}


class Edge(NamedTuple):
    """What goes from one unit to another."""

    source: str
    """Key of the unit, or of a system outside, that publishes or asks."""
    target: str
    names: tuple[str, ...]
    """Detail types of events, or names of capabilities."""


@dataclass(frozen=True, kw_only=True)
class Topology:
    """What a program is made of, seen from afar."""

    kinds: Mapping[str, str]
    """The component that each unit is made by, by key."""
    events: Sequence[Edge]
    calls: Sequence[Edge]
    resources: Mapping[str, Mapping[str, int]]
    """How many AWS resources of each type a unit has, by unit."""

    @property
    def outside(self) -> list[str]:
        """Keys of the systems outside that publish events."""
        return sorted({edge.source for edge in self.events} - set(self.kinds))


def topology(graph: Graph) -> Topology:
    """What a graph holds."""
    return Topology(
        kinds=kinds(graph), events=subscriptions(graph), calls=calls(graph), resources=resource_counts(graph)
    )


def kinds(graph: Graph) -> dict[str, str]:
    """The component that each unit is made by, for example `Pbc`, by kind and key."""
    found = [(kind, unit.name) for kind in UNIT_KINDS for unit in graph.by_type(f"pbckit:infra:{kind}")]
    return {unit: kind for kind, unit in sorted(found, key=lambda pair: (UNIT_KINDS.index(pair[0]), pair[1]))}


def subscriptions(graph: Graph) -> list[Edge]:
    """Events that a unit subscribes to, an edge for each of its rules."""
    owners = _owners(graph)
    rules = graph.by_type("aws:cloudwatch/eventRule:EventRule")
    patterns = [(owners[rule.urn], json.loads(rule.inputs["eventPattern"])) for rule in rules]
    return [
        Edge(source, unit, tuple(pattern["detail-type"])) for unit, pattern in patterns for source in pattern["source"]
    ]


def calls(graph: Graph) -> list[Edge]:
    """Capabilities that identity policies let a unit ask in another, or people under a role of the unit they ask."""
    owners = _owners(graph)
    edges: dict[tuple[str, str], set[str]] = defaultdict(set)
    prefix = f"{graph.project}-{graph.stack}-"
    for policy in graph.by_type("aws:iam/rolePolicy:RolePolicy"):
        by_people = policy.inputs["role"].endswith(f"_{OPERATOR}")
        caller = PEOPLE if by_people else owners[policy.urn]
        for statement in json.loads(policy.inputs["policy"])["Statement"]:
            if "lambda:InvokeFunction" not in statement["Action"]:
                continue
            for arn in statement["Resource"]:
                unit, capability = arn.split(":")[6].removeprefix(prefix).split("_")
                if unit != caller:
                    edges[caller, unit].add(capability)
    return [Edge(caller, unit, tuple(sorted(names))) for (caller, unit), names in edges.items()]


def resource_counts(graph: Graph) -> Mapping[str, Counter[str]]:
    """How many AWS resources of each type a unit has, by unit."""
    owners = _owners(graph)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for resource in graph.resources:
        if resource.type.startswith("aws:"):
            counts[owners[resource.urn]][resource.type] += 1
    return counts


def _owners(graph: Graph) -> dict[str, str]:
    """Key of the unit that each resource is part of, by URN. A resource outside every unit has none."""
    resources = {resource.urn: resource for resource in graph.resources}
    found = {urn: _unit_above(resource, resources) for urn, resource in resources.items()}
    return {urn: unit for urn, unit in found.items() if unit is not None}


def _unit_above(resource: Resource | None, resources: Mapping[str, Resource]) -> str | None:
    while resource is not None and resource.type not in _TOKENS:
        resource = resources.get(resource.parent)
    return resource.name if resource else None
