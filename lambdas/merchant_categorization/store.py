"""Merchant overrides in the PBC's table.

| pk | sk | what |
|---|---|---|
| `merchant#<id>` | `override` | what was last said: an override, or that there is none any more |
| `merchant#<id>` | `change#<version>` | every change, with who, when, before and after |
| `overrides` | `<merchant id>` | the override again, while there is one, to list them |
"""

from typing import Any

import msgspec

from contracts.merchant_categorization import MerchantOverride, OverrideChange
from pbckit.runtime.ports import Delete, Operation, Put, Query
from pbckit.runtime.queries import all_items
from pbckit.runtime.runtime import Runtime

_LIST = "overrides"


class ChangedOverride(MerchantOverride, frozen=True, kw_only=True):
    """A change of an override: what it said afterwards, and before."""

    before: MerchantOverride | None


class OverrideStore:
    """Reads overrides, and gives the operations that change one."""

    def __init__(self, runtime: Runtime) -> None:
        self._tables = runtime.tables
        self._table = runtime.store_table

    def find(self, merchant_id: str) -> MerchantOverride | None:
        """What was last said of a merchant; its category is None where an override was taken back."""
        item = self._tables.get(self._table, _key(merchant_id))
        return None if item is None else _override(item)

    def page(self, limit: int, after: str | None) -> tuple[list[MerchantOverride], str | None]:
        """The overrides that stand, by merchant id, and where the next page begins."""
        start = {"pk": _LIST, "sk": after} if after else None
        page = self._tables.query(Query(table=self._table, key_name="pk", key_value=_LIST, limit=limit, after=start))
        return [_override(item) for item in page.items], page.next["sk"] if page.next else None

    def audit(self, merchant_id: str) -> list[OverrideChange]:
        """Every change of a merchant's override, oldest first."""
        partition = _key(merchant_id)["pk"]
        changes = Query(table=self._table, key_name="pk", key_value=partition, sort_name="sk", sort_prefix="change#")
        return [
            OverrideChange(before=_override(item["before"]) if item["before"] else None, after=_override(item))
            for item in all_items(self._tables, changes)
        ]

    def change(self, before: MerchantOverride | None, after: MerchantOverride) -> list[Operation]:
        """Replace an override, if it still is what was read."""
        stored: dict[str, Any] = msgspec.to_builtins(after)
        history = {
            **_key(after.merchant_id),
            "sk": f"change#{after.version:08d}",
            **stored,
            "before": msgspec.to_builtins(before),
        }
        return [
            Put(
                table=self._table,
                item={**_key(after.merchant_id), **stored},
                read_as=MerchantOverride,
                expect={"version": before.version if before else None},
            ),
            Put(table=self._table, item=history, read_as=ChangedOverride),
            self._listed(after, stored),
        ]

    def _listed(self, after: MerchantOverride, stored: dict[str, Any]) -> Operation:
        key = {"pk": _LIST, "sk": after.merchant_id}
        if after.category is None:
            return Delete(table=self._table, key=key)
        return Put(table=self._table, item={**key, **stored}, read_as=MerchantOverride)


def _key(merchant_id: str) -> dict[str, str]:
    return {"pk": f"merchant#{merchant_id}", "sk": "override"}


def _override(item: dict[str, Any]) -> MerchantOverride:
    return msgspec.convert(item, MerchantOverride)
