"""Many histories, on all cores."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from hashlib import sha256

import msgspec

from devtools.simulation.faults import Fault
from devtools.simulation.invariants import judge
from devtools.simulation.world import SimulatedSystem


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A history in numbers."""

    seed: int
    arrivals: int
    """Purchases that were made, invalid ones and repetitions among them."""
    purchases: int
    """Valid ones, each counted once."""
    lost: int
    doubled: int
    violations: tuple[str, ...]
    faults: dict[str, int]
    """How often each kind struck."""
    digest: str
    """SHA-256 of the history: the same for the same seed, on any machine."""


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """Histories added up."""

    seeds: int
    arrivals: int
    purchases: int
    lost: int
    doubled: int
    faults: dict[str, int]
    failed: list[Result]
    """Histories at whose end something is wrong, by seed."""


def run_one(seed: int, purchases: int, *, naive: bool = False, alone: Fault | None = None) -> Result:
    """Run the history of a seed and judge it.

    Args:
        seed: of the history.
        purchases: how many are made.
        naive: without outbox and inbox.
        alone: only this kind of fault strikes, and often.
    """
    world = SimulatedSystem(seed, range(purchases), naive=naive, alone=alone)
    world.run()
    verdict = judge(world)
    return Result(
        seed=seed,
        arrivals=len(world.arrivals),
        purchases=verdict.purchases,
        lost=verdict.lost,
        doubled=verdict.doubled,
        violations=verdict.violations,
        faults=dict(world.decisions.kinds),
        digest=sha256("\n".join(world.history.lines).encode()).hexdigest(),
    )


def run_many(
    seeds: Sequence[int], purchases: int, *, workers: int, naive: bool = False, alone: Fault | None = None
) -> Iterator[Result]:
    """Run the histories of many seeds; gives their results in order of the seeds, as they come."""
    one = partial(run_one, purchases=purchases, naive=naive, alone=alone)
    if workers == 1:
        yield from map(one, seeds)
        return
    with ProcessPoolExecutor(workers) as pool:
        yield from pool.map(one, seeds, chunksize=4)


def total(results: Iterable[Result]) -> Total:
    """Add histories up."""
    all_of_them = list(results)
    faults: Counter[str] = Counter({fault.name: 0 for fault in Fault})
    for result in all_of_them:
        faults.update(result.faults)
    return Total(
        seeds=len(all_of_them),
        arrivals=sum(one.arrivals for one in all_of_them),
        purchases=sum(one.purchases for one in all_of_them),
        lost=sum(one.lost for one in all_of_them),
        doubled=sum(one.doubled for one in all_of_them),
        faults=dict(faults),
        failed=[one for one in all_of_them if one.violations],
    )
