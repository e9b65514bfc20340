"""Where units and edges come from."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pbckit.console.connection import Connection
from pbckit.console.pages import Console
from pbckit.console.program import read_topology
from pbckit.program_root import working_on
from tests.conftest import ROOT
from tests.pbckit.console.event_loops import run

SHOP = ROOT / "examples/shop"


@pytest.fixture
def read(tmp_path: Path) -> Callable[[Path, str], Console]:
    """Reads the topology of a stack of a program; a sandbox keeps its state in the test's folder."""

    def reading(root: Path, stack: str) -> Console:
        poller: Any = None
        told: list[bool] = []
        console = Console(
            connection=Connection(stack=stack, folder=tmp_path),
            poller=poller,
            pages={},
            on_change=lambda _listener: None,
        )
        with working_on(root):
            run(read_topology(console, lambda: told.append(True)))
        assert told == [True]
        return console

    return reading


def test_a_stack_that_no_sandbox_has_deployed_is_told_by_the_program(read: Callable[[Path, str], Console]):
    topology = read(SHOP, "dev").topology
    assert topology is not None
    assert {"orders": "Pbc", "cancel-order": "Offering"}.items() <= topology.kinds.items()
    assert ("cancel-order", "orders") in {(edge.source, edge.target) for edge in topology.calls}


def test_a_sandbox_has_written_down_what_it_deployed(read: Callable[[Path, str], Console], tmp_path: Path):
    stack = {"urn": "urn:pulumi:local::shop::pulumi:pulumi:Stack::shop-local", "type": "pulumi:pulumi:Stack"}
    unit = {"urn": "urn:pulumi:local::shop::pbckit:infra:Pbc::orders", "type": "pbckit:infra:Pbc"}
    (tmp_path / "export.json").write_text(json.dumps({"deployment": {"resources": [stack, unit]}}))
    topology = read(SHOP, "local").topology
    assert topology is not None
    assert topology.kinds == {"orders": "Pbc"}


def test_what_keeps_the_program_from_running_is_said(read: Callable[[Path, str], Console]):
    console = read(SHOP, "nowhere")
    assert console.topology is None
    assert console.topology_problem is not None
    assert console.topology_problem.startswith("the program of stack nowhere cannot be run: ")
    assert "nowhere" in console.topology_problem.removeprefix("the program of stack nowhere")


def test_an_export_that_cannot_be_read_is_said(read: Callable[[Path, str], Console], tmp_path: Path):
    (tmp_path / "export.json").write_text("{")
    assert "not an export of a Pulumi stack" in (read(SHOP, "local").topology_problem or "")
