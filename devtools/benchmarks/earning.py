"""How long the system takes on the embedded AWS: to deploy, to post one purchase, to post three hundred."""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec

from ops.demo.command import apply
from ops.demo.scenarios import example_purchase
from ops.demo.world import DeployedSystem
from ops.repository import ROOT
from pbckit.sandbox.deploy import deploy
from pbckit.sandbox.embedded_aws import running
from pbckit.sandbox.program import capture
from pbckit.sandbox.stack_config import read_stack

_SINGLE = 10
_MANY = 300
_MEMBERS = 30


@dataclass(frozen=True, kw_only=True)
class Earning:
    """Seconds, each measured once but for one purchase, which is the median of ten."""

    start_seconds: float
    deploy_seconds: float
    resources: int
    capture_seconds: float
    one_purchase_seconds: float
    many: int
    many_seconds: float


def measure() -> Earning:
    """Deploy, warm up, and earn."""
    capture_seconds = _timed(lambda: capture("dev"))
    region = read_stack(ROOT, "local").value("aws:region")
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        with running(Path(folder), region=region) as aws:
            start_seconds = time.perf_counter() - begin
            begin = time.perf_counter()
            deployment = deploy(aws)
            deploy_seconds = time.perf_counter() - begin
            world = DeployedSystem.of(aws)
            apply(world, ROOT / "examples/programme.yaml")
            earn(world, "warm-up", 5, 5)
            singles = [earn(world, f"single-{number}", 1, 1) for number in range(_SINGLE)]
            many_seconds = earn(world, "many", _MANY, _MEMBERS)
    return Earning(
        start_seconds=start_seconds,
        deploy_seconds=deploy_seconds,
        resources=sum(resource.custom for resource in deployment.graph.resources),
        capture_seconds=capture_seconds,
        one_purchase_seconds=statistics.median(singles),
        many=_MANY,
        many_seconds=many_seconds,
    )


def earn(world: DeployedSystem, name: str, purchases: int, members: int) -> float:
    """Seconds from the first publication until the last purchase is posted."""
    batch = [example_purchase(f"{name}-{number}", f"{name}-member-{number % members}") for number in range(purchases)]
    batch = [
        msgspec.structs.replace(one, posted_at=one.posted_at + timedelta(minutes=number))
        for number, one in enumerate(batch)
    ]
    expected = {f"{name}-member-{number}": len(range(number, purchases, members)) for number in range(members)}

    def work() -> None:
        world.ingest(batch)
        world.wait_for_postings(expected, lambda _count: None)

    return _timed(work)


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
