"""The bare program beside which a capture is measured registers the same resources."""

from pathlib import Path

from devtools.benchmarks.capturing import bare_program
from pbckit.sandbox.graph import Graph
from pbckit.sandbox.program import capture
from tests.conftest import captured


def test_the_bare_program_registers_the_same(tmp_path: Path):
    graph = captured("dev")
    bare = capture("dev", root=bare_program(graph, tmp_path))
    assert inputs(bare) == inputs(graph)


def inputs(graph: Graph) -> dict[str, object]:
    return {one.urn: one.inputs if one.custom else None for one in graph.resources}
