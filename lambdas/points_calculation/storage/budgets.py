"""Budgets of campaigns in the PBC's table: a counter each, and for large ones allotments to shards.

| pk | sk | what |
|---|---|---|
| `counter#<key>` | `used` | points that are awarded or allotted, and which shards have an allotment |
| `allotment#<shard>#<key>` | `left` | points of the budget that purchases of a shard may still take |

What is awarded is the counter less what is left of the allotments. Points move between the two in transactions of their
own, which change no sum. A purchase changes one of the items, with its calculation. Former releases know the counter
alone: to them what is allotted is awarded.
"""

from collections.abc import Iterable, Mapping

import msgspec

from lambdas.points_calculation.storage.records import Allotment, CapCounter
from pbckit.runtime.ports import Operation, Update
from pbckit.runtime.runtime import Runtime


class BudgetStore:
    """Reads budgets, and gives the operations that draw from them and move their points."""

    def __init__(self, runtime: Runtime) -> None:
        self._tables = runtime.tables
        self._table = runtime.store_table

    def counter(self, key: str) -> CapCounter:
        """The counter of a budget."""
        return msgspec.convert(self._tables.get(self._table, counter_key(key)) or {}, CapCounter)

    def allotment(self, key: str, shard: int) -> Allotment:
        """What a shard has of a budget."""
        return msgspec.convert(self._tables.get(self._table, _allotment_key(key, shard)) or {}, Allotment)

    def allotments(self, key: str, shards: Iterable[int]) -> dict[int, Allotment]:
        """What some shards have of a budget."""
        return {shard: self.allotment(key, shard) for shard in shards}

    def draw(self, key: str, counter: CapCounter, points: int) -> Operation:
        """Draw from the counter, or give back to it where the points are negative."""
        return self._counted(key, counter, {"used": counter.points + points})

    def draw_allotted(self, key: str, shard: int, allotment: Allotment, points: int) -> Operation:
        """Draw from a shard's allotment."""
        return self._left(key, shard, allotment, {"left": allotment.points - points})

    def allot(
        self, key: str, counter: CapCounter, shard: int, allotment: Allotment, *, budget: int, points: int
    ) -> tuple[list[Operation], Allotment]:
        """Move points from the counter to a shard.

        Args:
            key: of the budget.
            counter: as it was read. Shards that have an allotment have it of the same budget.
            shard: which gets them.
            allotment: what it has, as it was read.
            budget: the points of the whole budget.
            points: how many are moved.

        Returns:
            The operations, and what the shard has afterwards.
        """
        after = Allotment(left=allotment.points + points, budget_points=budget)
        counted = {
            "used": counter.points + points,
            "moves": counter.moves + 1,
            "holders": sorted({*counter.holders, shard}),
            "shared_points": budget,
        }
        return [
            self._counted(key, counter, counted),
            self._left(key, shard, allotment, msgspec.to_builtins(after)),
        ], after

    def take_back(
        self, key: str, counter: CapCounter, allotments: Mapping[int, Allotment]
    ) -> tuple[list[Operation], CapCounter]:
        """Move all that is left of some allotments back to the counter.

        Returns:
            The operations, and the counter as it is afterwards.
        """
        after = msgspec.structs.replace(
            counter,
            used=counter.points - sum(allotment.points for allotment in allotments.values()),
            moves=counter.moves + 1,
            holders=[shard for shard in counter.holders if shard not in allotments],
        )
        counted = {"used": after.points, "moves": after.moves, "holders": after.holders}
        return [
            self._counted(key, counter, counted),
            *(self._left(key, shard, allotment, {"left": 0}) for shard, allotment in allotments.items()),
        ], after

    def _counted(self, key: str, counter: CapCounter, now: Mapping[str, object]) -> Operation:
        # Each move is counted, so that no purchase takes a counter for unchanged after points went to and fro.
        expect = {"used": counter.used, "moves": counter.moves or None}
        return Update(table=self._table, key=counter_key(key), read_as=CapCounter, set=now, expect=expect)

    def _left(self, key: str, shard: int, allotment: Allotment, now: Mapping[str, object]) -> Operation:
        expect = {"left": allotment.left, "budget_points": allotment.budget_points}
        return Update(table=self._table, key=_allotment_key(key, shard), read_as=Allotment, set=now, expect=expect)


def counter_key(counter: str) -> dict[str, str]:
    """Key of the item that counts what counts towards a cap."""
    return {"pk": f"counter#{counter}", "sk": "used"}


def _allotment_key(key: str, shard: int) -> dict[str, str]:
    return {"pk": f"allotment#{shard}#{key}", "sk": "left"}
