"""The policy pack beside other tools: how long the shipped stack takes, and which leaks of the corpus each finds."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import yaml

from devtools.benchmarks.peers import checkov, iamprover, simulators
from devtools.benchmarks.peers.iam_account import account
from devtools.benchmarks.peers.installed import NotInstalledError, Tool, install
from devtools.benchmarks.peers.stacks import Clean, Leaked, States, compared_with, leaked
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


pairs = [pair.split("=") for pair in sys.argv[1:]]
without = {name: found(name) for name in {name for _, name in pairs}}
print(json.dumps([path for path, name in pairs if found(path) - without[name]]))
"""
_EXPORT_VERSION = 3
EVERY = int(os.environ.get("PEERS_EVERY", "1"))
"""The tools are asked about each of so many leaks: all of them take an hour and more."""


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
    untold: int = 0
    """Leaks that change nothing of what it can be told."""


def measure() -> tuple[int, list[Compared]]:
    """How many leaks the tools were asked about, and each tool."""
    clean, leaks = compared_with(Clean.SHIPPED), leaked(EVERY)
    return len(leaks), [*_each(clean, leaks)]


def _each(clean: States, leaks: list[Leaked]) -> Iterator[Compared]:
    for measured in (_pack, _checkov, _iamprover):
        yield _shown(measured(clean, leaks))
    yield from map(_shown, _simulators(clean, leaks))


def _shown(compared: Compared) -> Compared:
    """Tell of a tool as soon as it is done: all together take a long time."""
    print(compared, file=sys.stderr, flush=True)
    return compared


def _pack(clean: States, leaks: list[Leaked]) -> Compared:
    def judge() -> int:
        project = clean[0]["urn"].split("::")[1]
        with PackProcess(project, clean[0]["urn"].split(":")[2]) as pack:
            return len(pack.judge(clean))

    seconds, on_shipped = _timed(judge)
    with tempfile.TemporaryDirectory() as folder:
        for one in Clean:
            _save(compared_with(one), Path(folder, f"{one.name}.json"))
        for number, leak in enumerate(leaks):
            _save(leak.states, Path(folder, f"{number}.json"))
        pairs = [f"{number}.json={leak.clean.name}.json" for number, leak in enumerate(leaks)]
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
        seconds: float | None = None
        on_shipped: int | None = None
        held = iamprover.write_invariants(clean, folder)
        with suppress(iamprover.NoAnswerError):
            seconds, on_shipped = _timed(lambda: len(iamprover.scan(tool, account(clean), held, folder)))
        found = iamprover.found(tool, leaks, folder)
        return Compared(
            tool=_title(tool),
            seconds=seconds,
            on_shipped=on_shipped,
            found=len(found.violated),
            unanswered=len(found.unanswered),
            untold=len(found.untold),
        )

    return _installed(iamprover.NAME, iamprover.VERSION, compare)


def _simulators(clean: States, leaks: list[Leaked]) -> Iterator[Compared]:
    with tempfile.TemporaryDirectory() as folder:
        held = yaml.safe_load(iamprover.write_invariants(clean, Path(folder)).read_text())["invariants"]
        stacks = {one: compared_with(one) for one in Clean}
        asked = Path(folder, "asked")
        untold = simulators.write_requests(stacks, leaks, held, asked)
        for one in simulators.SIMULATORS:
            yield _in_folder(one.title, one.install, partial(_simulated, one, asked, untold))


def _simulated(simulator: simulators.Simulator, asked: Path, untold: int, tool: Tool, _folder: Path) -> Compared:
    passing, unanswered = simulators.found(simulators.ask(simulator, tool, asked))
    return Compared(tool=simulator.title, found=len(passing), unanswered=len(unanswered), untold=untold)


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
