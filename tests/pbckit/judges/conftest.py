"""The part of the shipped program that faults are put into."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from pbckit.judges.finding import Finding
from pbckit.judges.registry import findings
from pbckit.sandbox.graph import Graph, Resource
from tests.conftest import captured

UNITS = ("platform", "campaigns", "earn-points")
Mutate = Callable[[Graph], None]


@pytest.fixture(scope="session")
def some_units() -> Graph:
    """The resources of a few units in dev: all kinds of resources, and quick to judge."""
    graph = captured("dev")
    return replace(graph, resources=[one for one in graph.resources if one.name.startswith(UNITS)])


@pytest.fixture
def judged(some_units: Graph) -> Callable[[Mutate], dict[str, list[Finding]]]:
    """Gives the findings of the program with a fault in it, by judge; judges without findings are left out."""

    def judge(mutate: Mutate) -> dict[str, list[Finding]]:
        graph = replace(some_units, resources=[replace(one, inputs=dict(one.inputs)) for one in some_units.resources])
        mutate(graph)
        return {name: found for name, found in findings(graph).items() if found}

    return judge


def one(graph: Graph, token: str, name: str) -> Resource:
    """A resource by the end of its type, for example `Table`, and its name."""
    (found,) = [each for each in graph.resources if each.type.endswith(f":{token}") and each.name == name]
    return found
