"""What each function on the way of a purchase takes of processor and memory, and its price with more memory or less.

Lambda gives a function processor by its memory. One that computes is charged alike whatever it has, until it has a
whole processor; one that waits pays for memory that it does not use.
"""

import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from devtools.benchmarks.earning import earn
from ops.capacity.bill import price_list
from ops.capacity.way import WHOLE_PROCESSOR_MB, Deployed, Step, lasts, way
from ops.demo.command import apply
from ops.demo.world import DeployedSystem
from ops.repository import ROOT
from pbckit.cli.waiting import wait_for
from pbckit.errors import PbckitError
from pbckit.sandbox.deploy import deploy
from pbckit.sandbox.embedded_aws import running
from pbckit.sandbox.forked_functions import PID_FILE
from pbckit.sandbox.stack_config import read_stack

SIZES = (128, 256, 512, 1024, WHOLE_PROCESSOR_MB)
"""MB."""
_REGION = "us-east-1"
_ROUNDS = 3
PURCHASES = 30
"""In each round."""
_NANOSECONDS = 1e9
_MB, _KIB, _MILLION = 1024, 1024, 1_000_000
_WORKER = re.compile(r"ministack-lambda-(?P<function>[\w-]+)-[^-]{8}")
"""The folder of a function's process."""
_PEAK = re.compile(r"VmHWM:\s+(\d+)")
_REPORT = re.compile(r"REPORT .*\tDuration: (?P<ms>\d+)")


class Restless(PbckitError):
    """The embedded AWS started workers in every round: what they take to begin would be counted."""


@dataclass(frozen=True, kw_only=True)
class Worker:
    """A process that runs a function, since it began."""

    function: str
    processor: float
    """Seconds."""
    peak_mb: float


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What one invocation of a function takes, for one purchase."""

    step: Step
    memory: int
    """MB, as deployed."""
    processor: float
    """Seconds of a whole processor."""
    waits: float
    """Seconds besides."""
    peak_mb: float

    def usd_a_million(self, memory: int) -> float:
        """The price of a million invocations with some memory, in USD, requests left out."""
        price = price_list().of(_REGION).lambda_gb_second
        return lasts(self.waits, self.processor, memory) * memory / _MB * price * _MILLION


def measure() -> list[Taken]:
    """Earn points from purchases, one at a time, and look at the processes that run the functions.

    Raises:
        Restless: new processes began all the time.
    """
    region = read_stack(ROOT, "local").value("aws:region")
    with tempfile.TemporaryDirectory() as folder, running(Path(folder), region=region) as aws:
        steps = way(deploy(aws).graph, []).steps
        world = DeployedSystem.of(aws)
        apply(world, ROOT / "examples/programme.yaml")
        earn(world, "warm-up", PURCHASES, 5)
        functions = {_name(world, one) for one in steps}
        before = _idle(folder, functions)
        for number in range(_ROUNDS):
            since = _reports(world, steps)
            for purchase in range(PURCHASES):
                earn(world, f"round-{number}-{purchase}", 1, 1)
            after = _idle(folder, functions)
            if after.keys() <= before.keys():
                return [_taken(one, _name(world, one), before, after, since, _reports(world, steps)) for one in steps]
            before = after
    raise Restless(f"{_ROUNDS} rounds of {PURCHASES} purchases, and new workers in each")


def _name(world: DeployedSystem, one: Deployed) -> str:
    """A function's name on AWS."""
    return world.names(one.step.unit).physical(one.step.function)


def workers(folder: str) -> dict[str, Worker]:
    """The processes of functions that the embedded AWS in a folder runs, by process id; Linux only."""
    return dict(_workers(folder))


def _workers(folder: str) -> Iterator[tuple[str, Worker]]:
    for file in Path(folder).glob(f"tmp/*/{PID_FILE}"):
        if found := _WORKER.fullmatch(file.parent.name):
            process = Path("/proc", file.read_text())
            try:
                ran = int((process / "schedstat").read_text().split()[0])
                peak = _PEAK.search((process / "status").read_text())
            except (FileNotFoundError, ProcessLookupError):
                continue  # it has ended meanwhile
            peak_mb = int(peak[1]) / _KIB if peak else 0
            yield process.name, Worker(function=found["function"], processor=ran / _NANOSECONDS, peak_mb=peak_mb)


def _idle(folder: str, functions: Set[str]) -> Mapping[str, Worker]:
    """The workers of some functions, once none of them runs any more: consumers go on when a purchase is posted."""
    seen: list[Mapping[str, Worker]] = [{}]

    def look() -> Mapping[str, Worker]:
        seen.append({pid: one for pid, one in workers(folder).items() if one.function in functions})
        return seen[-1]

    return wait_for(look, lambda last: last == seen[-2], "functions still run", every_seconds=1)


def _reports(world: DeployedSystem, steps: Sequence[Deployed]) -> Mapping[str, list[float]]:
    """Seconds of each invocation so far, by function."""
    logs = world.aws.client("logs")
    found = defaultdict[str, list[float]](list)
    for one in steps:
        function = _name(world, one)
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{function}")
        for event in (event for page in pages for event in page["events"]):
            report = _REPORT.match(event["message"])
            if report:
                found[function].append(int(report["ms"]) / 1000)
    return found


def _taken(
    one: Deployed,
    function: str,
    before: Mapping[str, Worker],
    after: Mapping[str, Worker],
    since: Mapping[str, list[float]],
    until: Mapping[str, list[float]],
) -> Taken:
    lasted = until[function][len(since[function]) :]
    mine = [(before[pid], worker) for pid, worker in after.items() if worker.function == function]
    processor = sum(now.processor - then.processor for then, now in mine) / len(lasted)
    return Taken(
        step=one.step,
        memory=one.memory,
        processor=processor,
        waits=max(0.0, sum(lasted) / len(lasted) - processor),
        peak_mb=max(now.peak_mb for _, now in mine),
    )
