"""Tallies in the PBC's table.

| pk | sk | what |
|---|---|---|
| `tally#<field_name>` | `tally` | the tally |
"""

from typing import Any

import msgspec

from contracts.unit_name import Tally
from pbckit.runtime.ports import Operation, Put
from pbckit.runtime.runtime import Runtime


class TallyStore:
    """Reads tallies, and gives the operation that changes one."""

    def __init__(self, runtime: Runtime) -> None:
        self._tables = runtime.tables
        self._table = runtime.store_table

    def find(self, field_name: str) -> Tally | None:
        """A tally; None where no event has come."""
        item = self._tables.get(self._table, _key(field_name))
        return None if item is None else msgspec.convert(item, Tally)

    def change(self, before: Tally | None, after: Tally) -> Operation:
        """Replace a tally, if it still is what was read."""
        stored: dict[str, Any] = msgspec.to_builtins(after)
        return Put(
            table=self._table,
            item={**_key(after.field_name), **stored},
            read_as=Tally,
            expect={"events": before.events if before else None},
        )


def _key(field_name: str) -> dict[str, str]:
    return {"pk": f"tally#{field_name}", "sk": "tally"}
