"""Reading the program's units and edges: from what a sandbox has deployed, or by running the program."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from pbckit.cli.topology import Topology, topology
from pbckit.console.own_process import ProcessFailed, output_of
from pbckit.console.pages import Console
from pbckit.sandbox.graph import InvalidExport, load
from pbckit.sandbox.program import capture


async def read_topology(console: Console, changed: Callable[[], None]) -> None:
    """Give the console the units and edges of its stack, or the reason why there are none.

    A sandbox has written down what was deployed. Of another stack the program tells, which takes seconds of a
    processor: it runs in a process of its own, so that the page stays quick.
    """
    deployed = console.connection.deployed
    try:
        if deployed is not None:
            console.topology = await asyncio.to_thread(_load, deployed)
        else:
            await _run_program(console)
    except InvalidExport as error:
        console.topology_problem = str(error)
    changed()


def _load(file: Path) -> Topology:
    return topology(load(file))


async def _run_program(console: Console) -> None:
    stack = console.connection.stack
    with TemporaryDirectory() as folder:
        file = Path(folder, "export.json")
        try:
            await output_of("pbckit.console.program", stack, str(file))
        except ProcessFailed as error:
            console.topology_problem = f"the program of stack {stack} cannot be run: {error}"
            return
        console.topology = await asyncio.to_thread(_load, file)


if __name__ == "__main__":
    of_stack, to = sys.argv[1:]
    capture(of_stack).save(Path(to))
