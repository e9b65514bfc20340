"""Drawing from a campaign's budget: exact to the point, and without one item that every purchase changes.

A budget that is enough for many purchases is shared out: a shard gets a thousandth of it at a time, and purchases of
the shard draw from that alone. Where shard and counter have too little, other shards are looked at, and at the end all
comes back to the counter: so the last purchase gets exactly what is left.

All allotments are of one amount of the budget, and while there are any, the counter does not go beyond that amount.
Where it was changed they come back first: otherwise a shard could award what a lowered budget no longer has.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from lambdas.points_calculation.storage.budgets import BudgetStore
from lambdas.points_calculation.storage.records import Allotment, CapCounter
from pbckit.runtime.keys import shard_of
from pbckit.runtime.ports import Operation, TransactionConflict
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.unit_of_work import retry

SHARDS = 64
"""Of a budget: at 10,000 purchases a second each takes some 300 of the 1,000 write units of a partition key."""
PARTS = 1_000
"""An allotment is the budget divided by this: the counter is changed some thousand times, however fast it is spent."""
LEAST_PURCHASES = 10
"""Purchases like the one at hand for which an allotment must be enough: smaller ones would save nothing."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """What a purchase gets of a budget, and the operation that counts it."""

    points: int
    counting: Sequence[Operation] = ()


class Budgets:
    """Budgets, for one purchase."""

    def __init__(self, runtime: Runtime, purchase_id: str) -> None:
        self._runtime = runtime
        self._store = BudgetStore(runtime)
        self._shard = shard_of(purchase_id, SHARDS)

    def look(self, key: str, budget: int, wanted: int) -> Drawn:
        """What the purchase would get. Nothing is changed."""
        counter = self._store.counter(key)
        left = budget - counter.points
        if left < wanted:
            left += sum(one.points for one in self._store.allotments(key, counter.holders).values())
        return Drawn(points=max(0, min(wanted, left)))

    def draw(self, key: str, budget: int, wanted: int) -> Drawn:
        """Draw from a budget.

        Args:
            key: of its counter.
            budget: the most that is awarded altogether.
            wanted: points that the purchase counts more than before; negative where it gives back.

        Returns:
            As many as wanted, or all that is left. A give-back is counted whole.

        Raises:
            ConditionFailed: others changed the budget meanwhile.
        """
        if wanted <= 0:
            return self._given_back(key, -wanted)
        part = _part(budget, wanted)
        own = self._store.allotment(key, self._shard) if part else Allotment()
        if own.serves(budget, wanted):
            return self._from_shard(key, self._shard, own, wanted)
        counter = self._store.counter(key)
        if part and not counter.shares(budget) and self._shard in counter.holders:
            counter = self._take_back(key, counter, {self._shard: own})
            own = msgspec.structs.replace(own, left=0)
        if part and counter.shares(budget) and counter.room(budget) >= part:
            own = self._allot(key, counter, own, budget, part)
            return self._from_shard(key, self._shard, own, wanted)
        if counter.room(budget) >= wanted:
            return self._from_counter(key, counter, wanted)
        return self._from_others(key, counter, budget, wanted)

    def _given_back(self, key: str, points: int) -> Drawn:
        """To the counter, where everybody finds it, also when the budget is below what was awarded."""
        return self._from_counter(key, self._store.counter(key), -points) if points else Drawn(points=0)

    def _from_others(self, key: str, counter: CapCounter, budget: int, wanted: int) -> Drawn:
        """Draw where neither the own shard nor the counter has enough."""
        if counter.shares(budget):
            for shard in sorted(counter.holders, key=lambda one: (one - self._shard) % SHARDS):
                other = self._store.allotment(key, shard)
                if other.serves(budget, wanted):
                    return self._from_shard(key, shard, other, wanted)
        if counter.holders:
            counter = self._take_back(key, counter, self._store.allotments(key, counter.holders))
        return self._from_counter(key, counter, max(0, min(wanted, counter.room(budget))))

    def _from_shard(self, key: str, shard: int, allotment: Allotment, points: int) -> Drawn:
        return Drawn(points=points, counting=[self._store.draw_allotted(key, shard, allotment, points)])

    def _from_counter(self, key: str, counter: CapCounter, points: int) -> Drawn:
        return Drawn(points=points, counting=[self._store.draw(key, counter, points)] if points else [])

    def _allot(self, key: str, counter: CapCounter, own: Allotment, budget: int, part: int) -> Allotment:
        operations, after = self._store.allot(key, counter, self._shard, own, budget=budget, points=part)
        self._move(operations)
        return after

    def _take_back(self, key: str, counter: CapCounter, allotments: dict[int, Allotment]) -> CapCounter:
        operations, after = self._store.take_back(key, counter, allotments)
        self._move(operations)
        return after

    def _move(self, operations: Sequence[Operation]) -> None:
        retry(TransactionConflict, lambda: self._runtime.tables.transact(operations), self._runtime)


def _part(budget: int, wanted: int) -> int:
    """Points of an allotment; 0 where the budget is enough for too few such purchases to be shared out."""
    part = budget // PARTS
    return part if part >= wanted * LEAST_PURCHASES else 0
