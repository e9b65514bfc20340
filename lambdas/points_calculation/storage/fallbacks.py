"""Calculations that wait for an answer that was missing, in the PBC's table: a sparse list.

| pk | sk | what |
|---|---|---|
| `open#<shard>` | `<next at>#<purchase id>` | since when it is open, when it is tried next, and how often it was |
"""

from datetime import datetime, timedelta

import msgspec

from lambdas.points_calculation.storage.records import Calculated, OpenFallback
from pbckit.runtime.keys import shard_of, sortable
from pbckit.runtime.ports import Delete, Operation, Put, Query
from pbckit.runtime.runtime import Runtime

KEPT_OPEN = timedelta(days=30)
"""After this time a missing answer is no longer waited for."""

_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)
_DOUBLINGS = 9
"""After so many the longest pause is reached."""

_SHARDS = 4


class FallbackStore:
    """Reads what is open, and gives the operations that open, put off and close it."""

    def __init__(self, runtime: Runtime) -> None:
        self._tables = runtime.tables
        self._table = runtime.store_table

    def opened(self, calculated: Calculated, correlation_id: str) -> Operation:
        """Remember a calculation with a fallback; it is tried at the next occasion."""
        at = calculated.calculation.calculated_at
        return self._put(
            OpenFallback(purchase_id=calculated.purchase.id, opened_at=at, next_at=at, correlation_id=correlation_id)
        )

    def due(self, at: datetime, limit: int) -> list[OpenFallback]:
        """What is to be tried at an instant, for each shard the longest waiting first.

        Args:
            at: the instant.
            limit: how many of a shard at most.
        """
        found: list[OpenFallback] = []
        for number in range(_SHARDS):
            page = self._tables.query(
                Query(
                    table=self._table,
                    key_name="pk",
                    key_value=f"open#{number}",
                    sort_name="sk",
                    # A `~` sorts behind every `#`: what is due at this very instant belongs to it.
                    sort_at_most=f"{sortable(at)}~",
                    limit=limit,
                )
            )
            found += [msgspec.convert(item, OpenFallback) for item in page.items]
        return found

    def put_off(self, tried: OpenFallback, at: datetime) -> list[Operation]:
        """Try it again later: each time after twice as long, up to a bound."""
        pause = min(_FIRST_PAUSE * 2 ** min(tried.attempts, _DOUBLINGS), _LONGEST_PAUSE)
        later = msgspec.structs.replace(tried, attempts=tried.attempts + 1, next_at=at + pause)
        return [self.closed(tried), self._put(later)]

    def closed(self, answered: OpenFallback) -> Operation:
        """Forget it, if nobody else did meanwhile."""
        return Delete(table=self._table, key=_key(answered), expect={"attempts": answered.attempts})

    def _put(self, entry: OpenFallback) -> Operation:
        item = {**_key(entry), **msgspec.to_builtins(entry)}
        return Put(table=self._table, item=item, read_as=OpenFallback)


def _key(entry: OpenFallback) -> dict[str, str]:
    return {
        "pk": f"open#{shard_of(entry.purchase_id, _SHARDS)}",
        "sk": f"{sortable(entry.next_at)}#{entry.purchase_id}",
    }
