"""The policy pack beside other tools: how long the shipped stack takes, and which leaks of the corpus each finds."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from devtools.benchmarks.peers import checkov, iamprover
from devtools.benchmarks.peers.installed import NotInstalledError, Tool, install
from devtools.benchmarks.peers.stacks import Leaked, States, compared_with, leaked
from pbc_isolation.pack_process import PACK, PackProcess

_JUDGED = """\
import json, sys
from pathlib import Path
from analysis import Settings, contracts_folder
from contract_edges import read_contracts
from engine import judge
from graph import load

settings = Settings(capabilities=read_contracts(contracts_folder("../contracts/schemas")))


def found(name):
    return {(one.rule, one.urn, one.message) for one in judge(load(Path(name)).resources, settings)}


clean = {name: found(f"{name}.json") for name in ("False", "True")}
pairs = [pair.split("=") for pair in sys.argv[1:]]
print(json.dumps([path for path, opened in pairs if found(path) - clean[opened]]))
"""
_EXPORT_VERSION = 3


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One tool. Numbers are None where it could not be installed."""

    tool: str
    seconds: float | None = None
    """To judge the shipped stack, from the start of its process."""
    on_shipped: int | None = None
    """Findings on the shipped stack."""
    found: int | None = None
    """Leaks of the corpus that make it find something more."""
    unanswered: int = 0
    """Leaks about which it gave no answer in time."""


def measure() -> tuple[int, list[Compared]]:
    """How many leaks the corpus has, and each tool."""
    clean, leaks = compared_with(opened=False), leaked()
    return len(leaks), [_pack(clean, leaks), _checkov(clean, leaks), _iamprover(clean, leaks)]


def _pack(clean: States, leaks: list[Leaked]) -> Compared:
    def judge() -> int:
        project = clean[0]["urn"].split("::")[1]
        with PackProcess(project, clean[0]["urn"].split(":")[2]) as pack:
            return len(pack.judge(clean))

    seconds, on_shipped = _timed(judge)
    with tempfile.TemporaryDirectory() as folder:
        for opened in (False, True):
            _save(compared_with(opened=opened), Path(folder, f"{opened}.json"))
        for number, leak in enumerate(leaks):
            _save(leak.states, Path(folder, f"{number}.json"))
        pairs = [f"{number}.json={leak.opened}" for number, leak in enumerate(leaks)]
        environment = {**os.environ, "PYTHONPATH": str(PACK)}
        command = [sys.executable, "-c", _JUDGED, *pairs]
        run = subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True)
    return Compared(tool="this pack", seconds=seconds, on_shipped=on_shipped, found=len(json.loads(run.stdout)))


def _save(states: States, path: Path) -> None:
    path.write_text(json.dumps({"version": _EXPORT_VERSION, "deployment": {"resources": states}}))


def _checkov(clean: States, leaks: list[Leaked]) -> Compared:
    def compare(tool: Tool, folder: Path) -> Compared:
        seconds, on_shipped = _timed(lambda: checkov.scan(tool, clean, folder / "shipped"))
        found = checkov.found(tool, leaks, folder / "leaks")
        return Compared(tool=_title(tool), seconds=seconds, on_shipped=on_shipped, found=len(found))

    return _installed(checkov.NAME, checkov.VERSION, compare)


def _iamprover(clean: States, leaks: list[Leaked]) -> Compared:
    def compare(tool: Tool, folder: Path) -> Compared:
        held = iamprover.write_invariants(clean, folder)
        seconds, on_shipped = _timed(lambda: len(iamprover.scan(tool, clean, held, folder)))
        found, unanswered = iamprover.found(tool, leaks, held, folder)
        return Compared(
            tool=_title(tool), seconds=seconds, on_shipped=on_shipped, found=len(found), unanswered=len(unanswered)
        )

    return _installed(iamprover.NAME, iamprover.VERSION, compare)


def _installed(name: str, version: str, compare: Callable[[Tool, Path], Compared]) -> Compared:
    with tempfile.TemporaryDirectory() as folder:
        try:
            tool = install(name, version, Path(folder))
        except NotInstalledError as error:
            print(error, file=sys.stderr)
            return Compared(tool=f"{name} {version}")
        return compare(tool, Path(folder))


def _title(tool: Tool) -> str:
    return f"{tool.name} {tool.version}"


def _timed(work: Callable[[], int]) -> tuple[float, int]:
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result
