"""Histories of a budget: purchases, recalculations and changes of its amount, interleaved call by call.

Each invocation has a thread of its own and stands still before every call to its table; chance decides who goes on.
"""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import pytest

from devtools.simulation.tasks import Worker
from lambdas.points_calculation.services import budgets
from pbckit.runtime.ports import Item, Key, Operation, Page, Query
from pbckit.runtime.unit_of_work import StillContended
from pbckit.testing.calls import RefusedCall
from pbckit.testing.silence import silently
from pbckit.testing.world import STORE, MemoryTables, World, world
from tests.lambdas.points_calculation.programme import Programme
from tests.lambdas.points_calculation.purchases import fixed, purchase, request

AMOUNTS = (90, 120, 200)
"""Of the budget, one after the other in any order."""
_POINTS = ((0, 1, 3, 5), (30,), (0, 1, 3, 5, 30))
"""That the campaign gives in a wave: little, for which budgets are shared out, or much."""
_MOST_WAVES, _AT_ONCE = 5, 6
_RECALCULATED = 0.25
_SHARDS, _PARTS, _LEAST_PURCHASES = 5, 8, 2
"""So small that a history of a few dozen purchases has allotments, short ones, and an end."""


@dataclass
class _Turns:
    """Whose turn it is."""

    running: Worker | None = None

    def stand_still(self) -> None:
        if self.running is not None:
            self.running.park()


class _Interleaved(MemoryTables):
    """Tables in memory before whose calls an invocation stands still."""

    def __init__(self, turns: _Turns) -> None:
        super().__init__()
        self._turns = turns

    def get(self, table: str, key: Key) -> Item | None:
        self._turns.stand_still()
        return super().get(table, key)

    def query(self, query: Query) -> Page:
        self._turns.stand_still()
        return super().query(query)

    def transact(self, operations: Sequence[Operation]) -> None:
        self._turns.stand_still()
        super().transact(operations)


@dataclass(frozen=True, kw_only=True)
class _Act:
    """A purchase, or its recalculation where it is there already."""

    number: int
    points: int
    amount: int


@dataclass
class History:
    """What happens to one budget, by chance, and what is wrong with it."""

    chance: random.Random
    violations: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        self._turns = _Turns()
        there = world("points-calculation")
        tables = _Interleaved(self._turns)
        self._world: World = replace(there, tables=tables, runtime=replace(there.runtime, tables=tables))
        self._programme = Programme(self._world)
        self._made = 0

    def run(self) -> list[str]:
        """Waves of invocations at once, each with an amount of the budget of its own; at the end it is used up."""
        with _small_shards(), silently():
            amount = self.chance.choice(AMOUNTS)
            for _ in range(self.chance.randint(1, _MOST_WAVES)):
                self._wave(amount)
                if self.chance.random() < 1 / 2:
                    amount = self.chance.choice(AMOUNTS)
            self._use_up(amount)
        return self.violations

    def _wave(self, amount: int) -> None:
        before, points = self._awarded(), self.chance.choice(_POINTS)
        acts = [self._act(self.chance.choice(points), amount) for _ in range(self.chance.randint(1, 12))]
        for begin in range(0, len(acts), _AT_ONCE):
            self._at_once(acts[begin : begin + _AT_ONCE])
        self._require_bounded(before, amount)

    def _act(self, points: int, amount: int) -> _Act:
        if self._made and self.chance.random() < _RECALCULATED:
            return _Act(number=self.chance.randrange(self._made), points=points, amount=amount)
        self._made += 1
        return _Act(number=self._made - 1, points=points, amount=amount)

    def _at_once(self, acts: Sequence[_Act]) -> None:
        workers = [Worker() for _ in acts]
        for worker, act in zip(workers, acts, strict=True):
            self._turns.running = worker
            worker.begin(lambda act=act: self._do(act))
        while busy := [worker for worker in workers if worker.busy]:
            self._turns.running = self.chance.choice(busy)
            self._turns.running.resume()
        self._turns.running = None
        for worker in workers:
            worker.stop()

    def _do(self, act: _Act) -> None:
        bonus = fixed(act.points, budget_points=act.amount)
        identity = f"p-{act.number}"
        try:
            if act.number in self._there():
                self._programme.recalculate(self._programme.basis(identity), bonuses=[bonus] if act.points else [])
            else:
                self._programme.calculate(request(purchase(id=identity), bonus))
        except (StillContended, RefusedCall):
            return  # Tried again by others: a queue, or nobody where another recalculation came first.
        except Exception as error:  # noqa: BLE001 a thread of its own: what it raises is a violation
            self.violations.append(f"{act} failed with {error!r}")

    def _use_up(self, amount: int) -> None:
        before, points = self._awarded(), 1
        while points and self._awarded() <= amount:
            bonus = fixed(5, budget_points=amount)
            points = self._programme.calculate(request(purchase(id=f"last-{self._made}"), bonus)).lines[1].points
            self._made += 1
        if self._awarded() != max(before, amount):
            self.violations.append(f"{self._awarded()} of {amount} points are awarded in the end, after {before}")
        self._require_bounded(before, amount)

    def _require_bounded(self, before: int, amount: int) -> None:
        """No more is awarded than the budget, but for what a former budget allowed."""
        awarded, items = self._awarded(), super(_Interleaved, self._world.tables).all(STORE)
        if awarded > max(before, amount):
            self.violations.append(f"{awarded} points are awarded of a budget of {amount}, after {before}")
        counted = sum(one["used"] for one in items if one["pk"].startswith("counter#"))
        left = sum(one["left"] for one in items if one["pk"].startswith("allotment#"))
        if counted - left != awarded:
            self.violations.append(f"{counted} are counted and {left} left of them, where {awarded} are awarded")

    def _awarded(self) -> int:
        return sum(sum(one["counted"].values()) for one in self._world.store if "counted" in one)

    def _there(self) -> set[int]:
        return {int(one["pk"].partition("-")[2]) for one in self._world.store if "counted" in one and "p-" in one["pk"]}


@contextmanager
def _small_shards() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(budgets, "SHARDS", _SHARDS)
        patch.setattr(budgets, "PARTS", _PARTS)
        patch.setattr(budgets, "LEAST_PURCHASES", _LEAST_PURCHASES)
        yield
