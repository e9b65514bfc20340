"""Changes of the programme that may touch purchases already calculated, in the PBC's table.

| pk | sk | what |
|---|---|---|
| `changes` | `<change id>` | what changed, and how far the purchases that it touches have been gone through |

A calculation that was under way when the change was made may have asked before it and commit after it. So a change is
gone through at once, and again when every such calculation has ended. *At once* is when no process remembers what was
before it.
"""

from datetime import datetime, timedelta

import msgspec

from lambdas.points_calculation.storage.records import ProgrammeChange
from pbckit.runtime.ports import Delete, Operation, Put, Query
from pbckit.runtime.queries import all_items
from pbckit.runtime.runtime import Runtime

SETTLED_AFTER = timedelta(minutes=15)
"""Longer than any workflow and the delivery of its event take together."""

_LIST = "changes"


class ChangeStore:
    """Reads changes that are being followed, and gives the operations that note, move and end one."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._tables = runtime.tables
        self._table = runtime.store_table

    def due(self, at: datetime) -> list[ProgrammeChange]:
        """Changes of which a pass may begin or go on, oldest first."""
        items = all_items(self._tables, Query(table=self._table, key_name="pk", key_value=_LIST))
        changes = [msgspec.convert(item, ProgrammeChange) for item in items]
        return [change for change in changes if change.next_at <= at]

    def noted(self, change: ProgrammeChange) -> Operation:
        """Follow a change from when every process answers by it. Where its clock is ahead it counts as made now."""
        now = self._runtime.clock.now()
        seen_at = now + timedelta(seconds=self._runtime.settings_seconds)
        change = msgspec.structs.replace(change, changed_at=min(change.changed_at, now), next_at=seen_at)
        item = {**_key(change), **msgspec.to_builtins(change)}
        return Put(table=self._table, item=item, read_as=ProgrammeChange)

    def moved(self, before: ProgrammeChange, after: ProgrammeChange) -> Operation:
        """Remember how far a change has been followed, if nobody else follows it meanwhile."""
        renewed = msgspec.structs.replace(after, revision=before.revision + 1)
        return Put(
            table=self._table,
            item={**_key(before), **msgspec.to_builtins(renewed)},
            read_as=ProgrammeChange,
            expect={"revision": before.revision},
        )

    def ended(self, change: ProgrammeChange) -> Operation:
        """Follow it no longer."""
        return Delete(table=self._table, key=_key(change), expect={"revision": change.revision})


def _key(change: ProgrammeChange) -> dict[str, str]:
    return {"pk": _LIST, "sk": change.change_id}
