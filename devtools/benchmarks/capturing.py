"""The program's capture beside bare registrations of the same resources: what components cost on top of the SDK."""

import json
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from ops.repository import ROOT
from pbckit.sandbox.graph import Graph
from pbckit.sandbox.program import capture

_TURNS = 5
_STACK = "dev"
_BARE = """\
import json
from pathlib import Path

import pulumi

URNS = {}
for place, (token, name, parent, custom, inputs) in enumerate(json.loads(Path("resources.json").read_text())):
    options = pulumi.ResourceOptions(parent=URNS.get(parent))
    kind = pulumi.CustomResource if custom else pulumi.ComponentResource
    URNS[place] = kind(token, name, inputs if custom else None, options)
"""


@dataclass(frozen=True, kw_only=True)
class Capturing:
    """Seconds of a processor, medians of some turns, in one process."""

    resources: int
    own_seconds: float
    bare_seconds: float
    ratio: float
    """The median of each turn's."""


def measure() -> Capturing:
    """Capture the program and the bare one in turns; both have run once before."""
    graph = capture(_STACK, root=ROOT)
    with tempfile.TemporaryDirectory() as folder:
        bare = bare_program(graph, Path(folder))
        capture(_STACK, root=bare)
        turns = [(_seconds(ROOT), _seconds(bare)) for _ in range(_TURNS)]
    return Capturing(
        resources=len(graph.resources),
        own_seconds=statistics.median(own for own, _ in turns),
        bare_seconds=statistics.median(bare for _, bare in turns),
        ratio=statistics.median(own / bare for own, bare in turns),
    )


def bare_program(graph: Graph, folder: Path) -> Path:
    """Write a program that registers what a graph holds, with the same inputs as plain values, and nothing else."""
    places = {one.urn: place for place, one in enumerate(graph.resources)}
    resources = [[one.type, one.name, places.get(one.parent or ""), one.custom, one.inputs] for one in graph.resources]
    (folder / "resources.json").write_text(json.dumps(resources))
    (folder / "__main__.py").write_text(_BARE)
    (folder / "Pulumi.yaml").write_text(f"name: {graph.project}\nruntime: python\n")
    (folder / f"Pulumi.{graph.stack}.yaml").write_text("config: {}\n")
    return folder


def _seconds(root: Path) -> float:
    begin = time.process_time()
    capture(_STACK, root=root)
    return time.process_time() - begin
