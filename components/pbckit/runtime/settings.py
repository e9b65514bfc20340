"""Settings: items that every request reads, and people seldom change.

One partition key of DynamoDB gives 3,000 read units a second, and all requests read the same few. So a process reads
each at most once in `SETTINGS_SECONDS` and answers from that in between. A change is seen by every process when so much
time has passed. Who follows a change (what was calculated before it, members whose tier it moves) waits for that.

What is decided about a setting itself, for example whether a change is still based on what is there, is not read here.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from pbckit.runtime.keys import sortable
from pbckit.runtime.ports import Item, Page, Query
from pbckit.runtime.queries import all_items
from pbckit.runtime.runtime import Runtime

T = TypeVar("T")

_VERSIONS = 8
"""Versions that are read at once: where more begin after what is asked for, another read finds it."""
_MOST = 1_000
"""What a process remembers, at most: names in requests are anybody's."""


class Settings:
    """Reads settings in a unit's table, as they are or were a moment ago."""

    def __init__(self, runtime: Runtime) -> None:
        """Settings of a unit.

        Args:
            runtime: says for how long they are remembered, and remembers them.
        """
        self._runtime = runtime

    def item(self, partition: str, sort: str) -> Item | None:
        """An item, or None."""
        key = {"pk": partition, "sk": sort}
        return self._remembered(
            ("item", partition, sort), lambda: self._runtime.tables.get(self._runtime.store_table, key)
        )

    def all(self, partition: str) -> list[Item]:
        """All items of a partition, by sort key."""
        query = Query(table=self._runtime.store_table, key_name="pk", key_value=partition)
        return self._remembered(("all", partition), lambda: all_items(self._runtime.tables, query))

    def in_force(self, partition: str, at: datetime) -> Item | None:
        """The version that began last, at or before an instant, where sort keys say when each begins."""
        newest = self._remembered(("newest", partition), lambda: self._newest(partition, None, _VERSIONS))
        at_most = sortable(at)
        for version in newest.items:
            if version["sk"] <= at_most:
                return version
        if newest.next is None:
            return None
        older = self._newest(partition, at_most, 1).items
        return older[0] if older else None

    def _newest(self, partition: str, at_most: str | None, limit: int) -> Page:
        return self._runtime.tables.query(
            Query(
                table=self._runtime.store_table,
                key_name="pk",
                key_value=partition,
                sort_name="sk",
                sort_at_most=at_most,
                newest_first=True,
                limit=limit,
            )
        )

    def _remembered(self, what: tuple[str, ...], read: Callable[[], T]) -> T:
        longest = timedelta(seconds=self._runtime.settings_seconds)
        if not longest:
            return read()
        known, now = self._runtime.settings_read, self._runtime.clock.now()
        if what in known:
            read_at, found = known[what]
            # A clock that was set back must not make anything last.
            if timedelta() <= now - read_at < longest:
                return found
        elif len(known) >= _MOST:
            known.clear()
        found = read()
        known[what] = now, found
        return found
