"""A facade's own table.

| pk | sk | what |
|---|---|---|
| `setting` | `current` | the setting that was made last |
| `setting` | `change#<version>` | every setting, with who, when and why |
| `observed#<version>` | `<time>#<id>` | a call under a routing and what both sides said; kept for some days |
| `mismatch` | `<key>#<difference>` | the newest call of each kind of mismatch; kept for some weeks |
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from pbckit.contracts.migration import Mismatch, Setting
from pbckit.runtime.ports import Item, Operation, Put, Query
from pbckit.runtime.runtime import Runtime
from pbckit.strangler.evidence import Observation
from pbckit.strangler.ramp import untouched

OBSERVATIONS_KEPT = timedelta(days=3)
MISMATCHES_KEPT = timedelta(days=30)

_SETTING, _CURRENT = "setting", "current"
_MISMATCH = "mismatch"
_LONGEST_KEY = 1000
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when the setting holds that nobody made."""


class MigrationStore:
    """Reads and changes what a facade knows of its migration."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._tables = runtime.tables
        self._table = runtime.store_table

    def setting(self) -> Setting:
        """The setting that was made last."""
        item = self._tables.get(self._table, {"pk": _SETTING, "sk": _CURRENT})
        return untouched(_EVER) if item is None else _setting(item)

    def change(self, before: Setting, after: Setting) -> list[Operation]:
        """Replace the setting, if it still is what was read, and keep a record of it."""
        stored: dict[str, Any] = msgspec.to_builtins(after)
        version = before.routing.version
        return [
            Put(
                table=self._table,
                item={"pk": _SETTING, "sk": _CURRENT, "version": after.routing.version, **stored},
                read_as=Setting,
                expect={"version": version or None},
            ),
            Put(
                table=self._table,
                item={"pk": _SETTING, "sk": f"change#{after.routing.version:08d}", **stored},
                read_as=Setting,
            ),
        ]

    def changes(self, limit: int) -> list[Setting]:
        """The newest settings, newest first."""
        query = Query(
            table=self._table,
            key_name="pk",
            key_value=_SETTING,
            sort_name="sk",
            sort_prefix="change#",
            newest_first=True,
            limit=limit,
        )
        return [_setting(item) for item in self._tables.query(query).items]

    def observe(self, observation: Observation, mismatch: Mismatch | None) -> None:
        """Keep an observation. One that comes again, as messages of a queue may, takes the place of the first."""
        now = self._runtime.clock.now()
        key = {"pk": f"observed#{observation.version}", "sk": f"{observation.at.isoformat()}#{observation.id}"}
        until = int((now + OBSERVATIONS_KEPT).timestamp())
        item = {**key, **msgspec.to_builtins(observation), "expires_at": until}
        operations: list[Operation] = [Put(table=self._table, item=item, read_as=Observation)]
        if mismatch is not None:
            operations.append(self._kept(mismatch))
        self._tables.transact(operations)

    def observations(self, version: int, window: int) -> list[Observation]:
        """The newest observations of a routing, newest first, at most so many."""
        query = Query(
            table=self._table, key_name="pk", key_value=f"observed#{version}", newest_first=True, limit=window
        )
        items: list[Item] = []
        while len(items) < window:
            page = self._tables.query(query)
            items += page.items
            if page.next is None:
                break
            query = replace(query, after=page.next)
        return [msgspec.convert(item, Observation) for item in items[:window]]

    def mismatches(self, limit: int, after: str | None) -> tuple[Sequence[Mismatch], str | None]:
        """Kinds of mismatches, a page at a time, and where the next page begins."""
        start = {"pk": _MISMATCH, "sk": after} if after else None
        page = self._tables.query(
            Query(table=self._table, key_name="pk", key_value=_MISMATCH, limit=limit, after=start)
        )
        return [msgspec.convert(item, Mismatch) for item in page.items], page.next["sk"] if page.next else None

    def _kept(self, mismatch: Mismatch) -> Put:
        key = {"pk": _MISMATCH, "sk": f"{mismatch.key}#{mismatch.difference}"[:_LONGEST_KEY]}
        until = int((self._runtime.clock.now() + MISMATCHES_KEPT).timestamp())
        item = {**key, **msgspec.to_builtins(mismatch), "expires_at": until}
        return Put(table=self._table, item=item, read_as=Mismatch)


def _setting(item: Item) -> Setting:
    return msgspec.convert(item, Setting)
