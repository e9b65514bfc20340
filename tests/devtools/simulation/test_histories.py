"""One seed, one history; and what a history must contain to show anything."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from devtools.simulation.campaign import run_many, run_one, total
from devtools.simulation.faults import Fault
from devtools.simulation.invariants import judge
from devtools.simulation.scheduler import Scheduler
from devtools.simulation.world import SimulatedSystem
from pbckit.runtime.ports import ConditionFailed, Operation
from pbckit.testing.tables import MemoryTables
from tests.devtools.simulation.mutants import PURCHASES, SEEDS

ROOT = Path(__file__).resolve().parents[3]


def lines(seed: int, *, naive: bool = False) -> list[str]:
    world = SimulatedSystem(seed, range(PURCHASES), naive=naive)
    world.run()
    return world.history.lines


@pytest.mark.parametrize("naive", [False, True])
def test_the_same_seed_gives_the_same_history(naive: bool):
    assert lines(7, naive=naive) == lines(7, naive=naive)
    assert lines(7, naive=naive) != lines(8, naive=naive)


@pytest.mark.parametrize("hash_seed", ["1", "2"])
def test_another_process_with_another_order_of_sets_gives_the_same_history(hash_seed: str):
    program = "from devtools.simulation.campaign import run_one; print([run_one(seed, 30).digest for seed in range(3)])"
    answer = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )

    assert answer.stdout.strip() == str([run_one(seed, PURCHASES).digest for seed in range(3)])


def test_as_many_processes_as_you_like_give_the_same_results():
    seeds = range(6)

    assert list(run_many(seeds, 10, workers=2)) == list(run_many(seeds, 10, workers=1))


def test_every_kind_of_fault_strikes_and_nothing_is_lost_or_doubled():
    """The seeds among which every mistake is found: without a mistake there is nothing to find."""
    summed = total(run_many(range(SEEDS), PURCHASES, workers=1))

    assert [one.violations for one in summed.failed] == []
    assert (summed.lost, summed.doubled) == (0, 0)
    assert summed.purchases > SEEDS * PURCHASES * 0.9
    assert [name for name, times in summed.faults.items() if times == 0] == []
    assert set(summed.faults) == {fault.name for fault in Fault}


def test_the_naive_design_loses_and_doubles():
    summed = total(run_many(range(10), PURCHASES, workers=1, naive=True))

    assert summed.lost > 0
    assert summed.doubled > 0


def test_without_faults_even_the_naive_design_loses_nothing():
    """What it loses is due to the faults, not to how it is simulated."""
    world = SimulatedSystem(1, range(PURCHASES), only=[], naive=True)
    world.run()

    assert world.decisions.struck == []
    assert judge(world).violations == ()


def test_a_fault_can_be_left_out_and_the_others_still_strike():
    whole = SimulatedSystem(3, range(PURCHASES))
    whole.run()
    chosen = whole.decisions.struck[::2]
    part = SimulatedSystem(3, range(PURCHASES), only=chosen)
    part.run()

    assert part.decisions.struck
    assert set(part.decisions.struck) <= set(chosen)
    assert judge(part).violations == ()


def test_writers_meet_inside_a_unit_of_work(monkeypatch: pytest.MonkeyPatch):
    """Not only said: conditions do fail, as others came in between a read and its commit."""
    transact, failed = MemoryTables.transact, Counter[str]()

    def noting(self: MemoryTables, operations: Sequence[Operation]) -> None:
        try:
            transact(self, operations)
        except ConditionFailed as error:
            failed.update(type(one).__name__ for one in error.failed)
            raise

    monkeypatch.setattr(MemoryTables, "transact", noting)
    for seed in range(60):
        run_one(seed, PURCHASES)
        if failed["Update"] and failed["Put"]:
            break

    assert failed["Update"] > 0, "nobody changed an account between another's read and commit"
    assert failed["Put"] > 0, "nobody handled an event that another was handling"


def test_invocations_take_turns_where_they_pause():
    scheduler, said = Scheduler(), list[str]()

    def speak(name: str) -> None:
        for number in range(3):
            said.append(f"{name}{number}")
            scheduler.pause(1)

    for name in "ab":
        scheduler.invoke(lambda name=name: speak(name), 60, lambda _ended: None)
    scheduler.run(10)
    scheduler.close()

    assert said == ["a0", "b0", "a1", "b1", "a2", "b2"]


def test_an_invocation_ends_when_its_time_is_up():
    scheduler, ends = Scheduler(), list[tuple[float, str]]()
    scheduler.invoke(
        lambda: scheduler.pause(100), 30, lambda ended: ends.append((scheduler.seconds, type(ended.error).__name__))
    )
    scheduler.run(200)
    scheduler.close()

    assert ends == [(30.0, "TimedOut")]
    assert scheduler.under_way == 0


def test_only_an_invocation_can_pause():
    with pytest.raises(RuntimeError, match="only an invocation"):
        Scheduler().pause(1)


def test_results_are_plain_data():
    assert json.loads(json.dumps(run_one(0, 5).faults)) == run_one(0, 5).faults
