"""Purchases that were refused, in the PBC's table.

| pk | sk | what |
|---|---|---|
| `refused#<shard>` | `<purchase id>` | the purchase as it came, and why it was refused, last |

One that comes again after the reason is mended is calculated; its refusal stays stored and is listed no more.
"""

import msgspec

from contracts.points_calculation import RefusedPurchase
from pbckit.runtime.keys import shard_of
from pbckit.runtime.ports import Delete, Operation, Put, Query
from pbckit.runtime.queries import all_items
from pbckit.runtime.runtime import Runtime

_SHARDS = 4


class RefusalStore:
    """Reads refused purchases, and gives the operation that keeps one."""

    def __init__(self, runtime: Runtime) -> None:
        self._tables = runtime.tables
        self._table = runtime.store_table

    def find(self, purchase_id: str) -> RefusedPurchase | None:
        """Why a purchase was refused last, or None."""
        item = self._tables.get(self._table, _key(purchase_id))
        return msgspec.convert(item, RefusedPurchase) if item else None

    def all(self) -> list[RefusedPurchase]:
        """Every refused purchase, latest first."""
        found = [
            msgspec.convert(item, RefusedPurchase)
            for number in range(_SHARDS)
            for item in all_items(self._tables, Query(table=self._table, key_name="pk", key_value=f"refused#{number}"))
        ]
        return sorted(found, key=lambda one: one.refused_at, reverse=True)

    def forget(self, purchase_id: str) -> Operation:
        """Delete a refusal."""
        return Delete(table=self._table, key=_key(purchase_id))

    def keep(self, refused: RefusedPurchase) -> Operation:
        """Store a refusal, in place of an earlier one of the same purchase."""
        item = {**_key(refused.purchase.id), **msgspec.to_builtins(refused)}
        return Put(table=self._table, item=item, read_as=RefusedPurchase)


def _key(purchase_id: str) -> dict[str, str]:
    return {"pk": f"refused#{shard_of(purchase_id, _SHARDS)}", "sk": purchase_id}
