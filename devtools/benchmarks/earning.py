"""How long the system takes on the embedded AWS: to deploy, to post one purchase, to post three hundred."""

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import msgspec

from devtools.benchmarks.bare_chain import BareChain, wait_for_item
from ops.demo.command import apply
from ops.demo.scenarios import example_purchase
from ops.demo.world import DeployedSystem
from ops.repository import ROOT
from pbckit.sandbox.deploy import deploy
from pbckit.sandbox.embedded_aws import running
from pbckit.sandbox.program import capture
from pbckit.sandbox.stack_config import read_stack

_WARM_UP = 5
TURNS = 15
"""In which one purchase and the bare chain are measured."""
_MANY = 300
_LAST = {
    "points-calculation": {"pk": "confirmed#{purchase}", "sk": "confirmed"},
    "tiers": {"pk": "posting#{purchase}", "sk": "counted"},
}
"""What a purchase leaves last in each store that hears of its posting."""
_MEMBERS = 30


@dataclass(frozen=True, kw_only=True)
class Earning:
    """Seconds, each measured once but for one purchase and the bare chain: medians of some turns."""

    start_seconds: float
    deploy_seconds: float
    resources: int
    capture_seconds: float
    one_purchase_seconds: float
    bare_chain_seconds: float
    ratio: float
    """Of one purchase to the bare chain: the median of each turn's."""
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
            chain = BareChain(aws)
            turns = [_turn(world, chain, f"single-{number}") for number in range(_WARM_UP + TURNS)][_WARM_UP:]
            many_seconds = earn(world, "many", _MANY, _MEMBERS)
    return Earning(
        start_seconds=start_seconds,
        deploy_seconds=deploy_seconds,
        resources=sum(resource.custom for resource in deployment.graph.resources),
        capture_seconds=capture_seconds,
        one_purchase_seconds=statistics.median(own for own, _ in turns),
        bare_chain_seconds=statistics.median(bare for _, bare in turns),
        ratio=statistics.median(own / bare for own, bare in turns),
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


def _turn(world: DeployedSystem, chain: BareChain, purchase: str) -> tuple[float, float]:
    """Seconds of one purchase until it is posted: of the system, and of the bare chain."""
    ledger = world.names("points-ledger").physical("store")

    def own() -> None:
        world.ingest([example_purchase(purchase, f"{purchase}-member")])
        wait_for_item(world.aws, ledger, {"pk": f"posting#{purchase}", "sk": "posting"})

    seconds = _timed(own)
    # What is posted goes on to be confirmed and counted, which would slow the chain.
    for unit, key in _LAST.items():
        item = {name: value.format(purchase=purchase) for name, value in key.items()}
        wait_for_item(world.aws, world.names(unit).physical("store"), item)
    return seconds, _timed(lambda: chain.earn(purchase))


def _timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin
