"""Standings in the PBC's table.

| pk | sk | what |
|---|---|---|
| `member#<id>` | `standing` | the member's standing |
"""

from typing import Any

import msgspec

from contracts.unit_name import Standing
from pbckit.runtime.ports import Operation, Put
from pbckit.runtime.runtime import Runtime


class StandingStore:
    """Reads standings, and gives the operation that changes one."""

    def __init__(self, runtime: Runtime) -> None:
        self._tables = runtime.tables
        self._table = runtime.store_table

    def find(self, member_id: str) -> Standing | None:
        """A member's standing; None for one without purchases."""
        item = self._tables.get(self._table, _key(member_id))
        return None if item is None else msgspec.convert(item, Standing)

    def change(self, before: Standing | None, after: Standing) -> Operation:
        """Replace a standing, if it still is what was read."""
        stored: dict[str, Any] = msgspec.to_builtins(after)
        return Put(
            table=self._table,
            item={**_key(after.member_id), **stored},
            expect={"purchases": before.purchases if before else None},
        )


def _key(member_id: str) -> dict[str, str]:
    return {"pk": f"member#{member_id}", "sk": "standing"}
