"""Calculations in the PBC's table.

| pk | sk | what |
|---|---|---|
| `purchase#<purchase id>` | `calculation` | the purchase as it came, what its calculation rests on, and what it earns |
| `purchase#<purchase id>` | `calculation` | of an erased member: its points and month, and nothing else |
| `purchase#<purchase id>` | `adjustment#<number>` | every correction that the ledger was told |
| `refund#<refund id>` | `refund` | the refund as it came, and the answer that it got |
| `counter#<key>` | `used` | points that count towards a cap; of a budget with `budgets` |
| `posted#<2026-06>#<shard>` | `<posted at>#<purchase id>` | purchases by time of posting, and which changes they know |

The index by time is spread over shards: all purchases of a month in one partition would be a hot one.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from contracts.points_calculation import Adjustment
from lambdas.points_calculation.model.months import month_of
from lambdas.points_calculation.storage.budgets import counter_key
from lambdas.points_calculation.storage.records import (
    Calculated,
    CapCounter,
    ErasedPurchase,
    KeptRefund,
    PostedPurchase,
)
from pbckit.runtime.keys import shard_of, sortable
from pbckit.runtime.ports import Delete, Operation, Put, Query, Update
from pbckit.runtime.queries import all_items
from pbckit.runtime.runtime import Runtime

SHARDS = 64
"""Of an index that every purchase goes through: at 10,000 purchases a second each takes some 300 of the 1,000 write
units that DynamoDB gives a partition key each second.
"""
_FEW_SHARDS, _MANY_SHARDS_FROM = 4, "2027-01"
"""Months before have few shards, as they were written."""


class CalculationStore:
    """Reads calculations, and gives the operations that keep and change them."""

    def __init__(self, runtime: Runtime) -> None:
        self._tables = runtime.tables
        self._table = runtime.store_table

    def find(self, purchase_id: str) -> Calculated | None:
        """What stands for a purchase, or None."""
        found = self.stands(purchase_id)
        return found if isinstance(found, Calculated) else None

    def stands(self, purchase_id: str) -> Calculated | ErasedPurchase | None:
        """What stands for a purchase, also when its member is erased; or None."""
        item = self._tables.get(self._table, _calculation_key(purchase_id))
        if item is None:
            return None
        return msgspec.convert(item, ErasedPurchase if "erased_month" in item else Calculated)

    def erased(self, before: Calculated) -> list[Operation]:
        """Let next to nothing stand for a purchase, if what was read still stands."""
        month = month_of(before.purchase.posted_at)
        after = ErasedPurchase(
            erased_month=month,
            category=before.calculation.category,
            points=before.calculation.points,
            net_points=before.calculation.net_points,
        )
        return [
            Put(
                table=self._table,
                item={**_calculation_key(before.purchase.id), **msgspec.to_builtins(after)},
                read_as=ErasedPurchase,
                expect={"revision": before.revision},
            ),
            Delete(table=self._table, key=_posted_key(before)),
        ]

    def forget_adjustment(self, purchase_id: str, adjustment: Adjustment) -> list[Operation]:
        """Delete a correction, and the refund that led to it."""
        refund = [] if adjustment.refund_id is None else [_refund_key(adjustment.refund_id)]
        keys = [_adjustment_key(purchase_id, adjustment), *refund]
        return [Delete(table=self._table, key=key) for key in keys]

    def forget_counter(self, counter: str) -> Operation:
        """Delete a counter."""
        return Delete(table=self._table, key=counter_key(counter))

    def adjustments(self, purchase_id: str) -> list[Adjustment]:
        """Every correction of a purchase, oldest first."""
        query = Query(
            table=self._table,
            key_name="pk",
            key_value=_partition(purchase_id),
            sort_name="sk",
            sort_prefix="adjustment#",
        )
        return [msgspec.convert(item, Adjustment) for item in all_items(self._tables, query)]

    def refund(self, refund_id: str) -> KeptRefund | None:
        """A refund that was answered, or None."""
        item = self._tables.get(self._table, _refund_key(refund_id))
        return msgspec.convert(item, KeptRefund) if item else None

    def used(self, counters: Iterable[str]) -> dict[str, int]:
        """Points in each counter; a counter that was never counted in is left out."""
        items = {counter: self._tables.get(self._table, counter_key(counter)) for counter in counters}
        return {counter: item["used"] for counter, item in items.items() if item is not None}

    def posted(
        self, partition: str, *, after: str, until: datetime, limit: int
    ) -> tuple[list[tuple[str, PostedPurchase]], bool]:
        """Purchases of one partition of the index, by time of posting.

        Args:
            partition: one of `partitions`.
            after: the entry, or the beginning of one, after which to go on.
            until: first instant that does not belong to it.
            limit: how many at most.

        Returns:
            Entries with their sort keys, and whether there are more.
        """
        page = self._tables.query(
            Query(
                table=self._table,
                key_name="pk",
                key_value=partition,
                sort_name="sk",
                sort_at_most=sortable(until),
                limit=limit,
                after={"pk": partition, "sk": after},
            )
        )
        return [(item["sk"], msgspec.convert(item, PostedPurchase)) for item in page.items], page.next is not None

    def of_month(self, month: str, after: str | None, limit: int) -> tuple[list[str], str | None]:
        """Ids of the purchases posted in a month, a page at a time, and where the next page begins."""
        places = partitions(month)
        number, _, entry = (after or "0#").partition("#")
        place = places[min(int(number), len(places) - 1)]
        start = {"pk": place, "sk": entry} if entry else None
        page = self._tables.query(Query(table=self._table, key_name="pk", key_value=place, limit=limit, after=start))
        following = f"{number}#{page.next['sk']}" if page.next else f"{int(number) + 1}#"
        is_last = page.next is None and place == places[-1]
        return [item["purchase_id"] for item in page.items], None if is_last else following

    def keep(self, before: Calculated | None, after: Calculated) -> list[Operation]:
        """Store a calculation, if what stood before it still stands."""
        return [
            Put(
                table=self._table,
                item={**_calculation_key(after.purchase.id), **msgspec.to_builtins(after)},
                read_as=Calculated,
                expect={"revision": before.revision if before else None},
            ),
            *self._listed(before, after),
        ]

    def keep_adjustment(self, purchase_id: str, adjustment: Adjustment) -> Operation:
        """Store a correction."""
        item = {**_adjustment_key(purchase_id, adjustment), **msgspec.to_builtins(adjustment)}
        return Put(table=self._table, item=item, read_as=Adjustment, expect={"pk": None})

    def keep_refund(self, kept: KeptRefund) -> Operation:
        """Store a refund, once."""
        item = {**_refund_key(kept.refund.id), **msgspec.to_builtins(kept)}
        return Put(table=self._table, item=item, read_as=KeptRefund, expect={"pk": None})

    def count(self, used: Mapping[str, int], own: Mapping[str, int], now: Mapping[str, int]) -> list[Operation]:
        """Let a purchase count other points than before, if nobody counts in the same counters meanwhile.

        A counter in which nothing changes is not written: so many purchases at once can find a budget used up.
        """
        differences = {counter: now.get(counter, 0) - own.get(counter, 0) for counter in {**own, **now}}
        return [
            Update(
                table=self._table,
                key=counter_key(counter),
                read_as=CapCounter,
                set={"used": used.get(counter, 0) + more},
                expect={"used": used.get(counter)},
            )
            for counter, more in differences.items()
            if more
        ]

    def _listed(self, before: Calculated | None, after: Calculated) -> list[Operation]:
        """Put a purchase into the index; change its entry only where that says something else."""
        entry = _posted(after)
        if before is not None and _posted(before) == entry:
            return []
        return [
            Put(table=self._table, item={**_posted_key(after), **msgspec.to_builtins(entry)}, read_as=PostedPurchase)
        ]


def partitions(month: str) -> list[str]:
    """The index's partitions for a month."""
    return [f"posted#{month}#{number}" for number in range(_shards(month))]


def _shards(month: str) -> int:
    return SHARDS if month >= _MANY_SHARDS_FROM else _FEW_SHARDS


def _posted_key(calculated: Calculated) -> dict[str, str]:
    purchase = calculated.purchase
    month = month_of(purchase.posted_at)
    return {
        "pk": f"posted#{month}#{shard_of(purchase.id, _shards(month))}",
        "sk": f"{sortable(purchase.posted_at)}#{purchase.id}",
    }


def _posted(calculated: Calculated) -> PostedPurchase:
    return PostedPurchase(
        purchase_id=calculated.purchase.id,
        card_product=calculated.purchase.card_product,
        category=calculated.category.category,
        asked_at=calculated.asked_at,
    )


def _partition(purchase_id: str) -> str:
    return f"purchase#{purchase_id}"


def _calculation_key(purchase_id: str) -> dict[str, str]:
    return {"pk": _partition(purchase_id), "sk": "calculation"}


def _adjustment_key(purchase_id: str, adjustment: Adjustment) -> dict[str, str]:
    return {"pk": _partition(purchase_id), "sk": f"adjustment#{adjustment.number:06d}"}


def _refund_key(refund_id: str) -> dict[str, str]:
    return {"pk": f"refund#{refund_id}", "sk": "refund"}
