"""How long the policy pack takes over stacks of four sizes: as a function, and as the process that Pulumi asks."""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from devtools.benchmarks.synthetic import Synthetic, grown
from pbc_isolation.pack_process import PackProcess, questions
from pbckit.sandbox.program import capture

COPIES = (1, 4, 10, 33)
_POLICIES = ("own-references", "isolation", "boundary", "operations")
_IN_PROCESS = """\
import sys, time
from pathlib import Path
from pbc_isolation.analysis.context import Settings
from pbc_isolation.engine import judge
from pbc_isolation.stack.contract_edges import read_contracts
from pbc_isolation.stack.graph import load

resources = load(Path(sys.argv[1])).resources
settings = Settings(capabilities=read_contracts(Path(sys.argv[2])))
begin, busy = time.perf_counter(), time.process_time()
found = judge(resources, settings)
print(time.perf_counter() - begin, time.process_time() - busy, len(found))
"""


class NotCleanError(RuntimeError):
    """A synthetic stack has violations: what was measured would be something else. The message has the first."""


@dataclass(frozen=True)
class Seconds:
    """How long something took."""

    passed: float
    busy: float
    """Seconds of a processor: what else the machine does makes little difference to them."""


@dataclass(frozen=True, kw_only=True)
class Judging:
    """One stack, judged twice, each time in a fresh interpreter."""

    pbcs: int
    resources: int
    roles: int
    engine: Seconds
    """`engine.judge` on resources that have been read; it reads the catalogue of IAM's actions itself."""
    pack: Seconds
    """The pack's process at a preview, from its start to its last answer, asked about each resource and the stack.

    What it is asked is put together before: at a preview the engine does that, which is another program.
    """
    update: Seconds
    """As `pack`, at an update: there it also looks at each resource on its own, before that is made."""


def measure(root: Path) -> Iterator[Judging]:
    """Judge stacks of every size.

    Raises:
        NotCleanError: one of them has violations.
    """
    graph = capture("dev")
    for copies in COPIES:
        stack = grown(graph, root / "contracts/schemas", copies)
        with tempfile.TemporaryDirectory() as folder:
            export, contracts = stack.save(Path(folder))
            yield Judging(
                pbcs=stack.pbcs,
                resources=len(stack.resources),
                roles=stack.count("Role"),
                engine=_by_engine(root / "policies", export, contracts),
                pack=_by_pack(stack, contracts, preview=True),
                update=_by_pack(stack, contracts, preview=False),
            )


def _by_engine(pack: Path, export: Path, contracts: Path) -> Seconds:
    command = [sys.executable, "-c", _IN_PROCESS, str(export), str(contracts)]
    told = subprocess.run(command, cwd=pack, check=True, capture_output=True, text=True).stdout
    passed, busy, violations = told.split()
    if violations != "0":
        raise NotCleanError(f"{violations} violations")
    return Seconds(float(passed), float(busy))


def _by_pack(stack: Synthetic, contracts: Path, *, preview: bool) -> Seconds:
    config: dict[str, dict[str, Any]] = {name: {"contracts": str(contracts)} for name in _POLICIES}
    asked = questions(stack.resources)
    begin, busy = time.perf_counter(), _busy_children()
    with PackProcess(stack.project, stack.stack, preview=preview, config=config) as pack:
        found = pack.answer(asked)
    seconds = Seconds(time.perf_counter() - begin, _busy_children() - busy)
    if found:
        raise NotCleanError(f"{len(found)} violations, the first: {found[0].message}")
    return seconds


def _busy_children() -> float:
    """Seconds of a processor that processes took that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def growths(before: Judging | None, after: Judging) -> tuple[float | None, float | None, float | None]:
    """How much faster than the resources the busy seconds grew: the engine's, the pack's at a preview and at an update.

    None for the first.
    """
    if before is None:
        return None, None, None
    larger = after.resources / before.resources
    return (
        after.engine.busy / before.engine.busy / larger,
        after.pack.busy / before.pack.busy / larger,
        after.update.busy / before.update.busy / larger,
    )
