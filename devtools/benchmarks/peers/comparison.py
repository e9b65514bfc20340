"""The policy pack beside other tools: how long the shipped stack takes, and which leaks of the corpus each finds."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import yaml

from devtools.benchmarks.peers import checkov, iamprover, simulators
from devtools.benchmarks.peers.installed import NotInstalledError, Tool, install
from devtools.benchmarks.peers.stacks import Leaked, States, compared_with, leaked
from ops.repository import ROOT
from pbc_isolation.pack_process import PACK, PackProcess

_JUDGED = """\
import json, sys
from pathlib import Path
from pbc_isolation.analysis.context import Settings
from pbc_isolation.engine import judge
from pbc_isolation.stack.contract_edges import read_contracts
from pbc_isolation.stack.graph import load

settings = Settings(capabilities=read_contracts(Path(sys.argv.pop(1))))


def found(name):
    return {(one.rule, one.urn, one.message) for one in judge(load(Path(name)).resources, settings)}


clean = {name: found(f"{name}.json") for name in ("False", "True")}
pairs = [pair.split("=") for pair in sys.argv[1:]]
print(json.dumps([path for path, opened in pairs if found(path) - clean[opened]]))
"""
_EXPORT_VERSION = 3


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One tool. `found` is None where it could not be installed; the others also where it is asked about leaks only."""

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
    others = [_checkov(clean, leaks), _iamprover(clean, leaks), *_simulators(clean, leaks)]
    return len(leaks), [_pack(clean, leaks), *others]


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
        command = [sys.executable, "-c", _JUDGED, ROOT / "contracts/schemas", *pairs]
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
        try:
            seconds, on_shipped = _timed(lambda: len(iamprover.scan(tool, clean, held, folder)))
        except iamprover.NoAnswerError:
            # Of a leak it can only be told what it finds more.
            return Compared(tool=_title(tool), found=0, unanswered=len(leaks))
        found, unanswered = iamprover.found(tool, leaks, held, folder)
        return Compared(
            tool=_title(tool), seconds=seconds, on_shipped=on_shipped, found=len(found), unanswered=len(unanswered)
        )

    return _installed(iamprover.NAME, iamprover.VERSION, compare)


def _simulators(clean: States, leaks: list[Leaked]) -> Iterator[Compared]:
    with tempfile.TemporaryDirectory() as folder:
        held = yaml.safe_load(iamprover.write_invariants(clean, Path(folder)).read_text())["invariants"]
        stacks = {opened: compared_with(opened=opened) for opened in (False, True)}
        asked = Path(folder, "asked")
        simulators.write_requests(stacks, leaks, held, asked)
        for one in simulators.SIMULATORS:
            yield _in_folder(one.title, one.install, partial(_simulated, one, asked))


def _simulated(simulator: simulators.Simulator, asked: Path, tool: Tool, _folder: Path) -> Compared:
    passing, unanswered = simulators.found(simulators.ask(simulator, tool, asked))
    return Compared(tool=simulator.title, found=len(passing), unanswered=len(unanswered))


def _installed(name: str, version: str, compare: Callable[[Tool, Path], Compared]) -> Compared:
    return _in_folder(f"{name} {version}", lambda folder: install(name, version, folder), compare)


def _in_folder(title: str, put: Callable[[Path], Tool], compare: Callable[[Tool, Path], Compared]) -> Compared:
    with tempfile.TemporaryDirectory() as folder:
        try:
            tool = put(Path(folder))
        except NotInstalledError as error:
            print(error, file=sys.stderr)
            return Compared(tool=title)
        return compare(tool, Path(folder))


def _title(tool: Tool) -> str:
    return f"{tool.name} {tool.version}"


def _timed(work: Callable[[], int]) -> tuple[float, int]:
    begin = time.perf_counter()
    result = work()
    return time.perf_counter() - begin, result
