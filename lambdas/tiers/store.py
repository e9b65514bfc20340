"""Tiers and members in the PBC's table.

| pk | sk | what |
|---|---|---|
| `tiers` | `<effective from>` | the set of tiers that begins there |
| `tiers-head` | `head` | how often sets were changed, and when last |
| `tiers-audit` | `<number>` | every change of a set, before and after |
| `member#<member id>` | `standing` | a member's qualifying points by month, and the tier that was published last |
| `posting#<id>`, `correction#<reference>` | `counted` | that it was counted; gone when its points count no more |
| `members#<shard>` | `<member id>` | every member of whom points were counted |
| `review#<shard>` | `review` | how far the review of the shard's members is |
"""

from datetime import datetime
from typing import Any

import msgspec

from contracts.tiers import TiersChange, TierSet
from lambdas.tiers.model import Standing, counts_until
from pbckit.contracts.vocabulary import Identifier, Instant
from pbckit.runtime.keys import shard_of, sortable
from pbckit.runtime.ports import Delete, KeyOnly, Operation, Put, Query
from pbckit.runtime.queries import all_items
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.settings import Settings
from pbckit.runtime.unit_of_work import ToldBy

SHARDS = 8
"""Of the index of members. Never changed: a member's entry would be looked for elsewhere."""

NOBODY = "erased"
"""Whose the postings of erased members are."""

_SETS, _HEAD, _AUDIT = "tiers", "tiers-head", "tiers-audit"


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The state of all sets of tiers."""

    changes: int
    changed_at: Instant


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """That a posting was counted."""

    member_id: Identifier
    points: int
    expires_at: int
    """When DynamoDB may delete it, in seconds since 1970: its points do not count any more then."""
    told_by: ToldBy | None = None
    """The event that told of it. Former releases kept an inbox marker instead."""


class ReviewPlace(msgspec.Struct, frozen=True, kw_only=True):
    """How far the review of a shard is."""

    occasion: str
    """What made it necessary."""
    after: str | None = None
    """The member who was reviewed last; None at the beginning."""
    is_done: bool = False


class TierStore:
    """Reads tiers and members, and gives the operations that change them."""

    def __init__(self, runtime: Runtime) -> None:
        self._tables = runtime.tables
        self._table = runtime.store_table
        self._settings = Settings(runtime)

    def sets(self) -> list[TierSet]:
        """All sets of tiers, by their beginning."""
        return [msgspec.convert(item, TierSet) for item in self._all(_SETS)]

    def in_force(self, at: datetime) -> TierSet | None:
        """The set that began last, at or before an instant."""
        item = self._settings.in_force(_SETS, at)
        return msgspec.convert(item, TierSet) if item else None

    def beginning_at(self, instant: datetime) -> TierSet | None:
        """The set that begins at exactly this instant."""
        return self._found({"pk": _SETS, "sk": sortable(instant)}, TierSet)

    def head(self) -> Head | None:
        """How often sets were changed, and when last; None before the first."""
        return self._found({"pk": _HEAD, "sk": "head"}, Head)

    def audit(self) -> list[TiersChange]:
        """Every change of a set, in the order in which they were made."""
        return [msgspec.convert(item, TiersChange) for item in self._all(_AUDIT)]

    def change(self, before: TierSet | None, after: TierSet, number: int) -> list[Operation]:
        """Add or correct a set, as the change of this number, if nobody else changes one meanwhile."""
        head = Head(changes=number, changed_at=after.changed_at)
        return [
            self._put({"pk": _HEAD, "sk": "head"}, head, {"changes": number - 1 or None}),
            self._put({"pk": _SETS, "sk": sortable(after.effective_from)}, after),
            self._put({"pk": _AUDIT, "sk": f"{number:08d}"}, TiersChange(before=before, after=after)),
        ]

    def member(self, member_id: str) -> Standing | None:
        """A member; None where no points were counted."""
        return self._found({"pk": f"member#{member_id}", "sk": "standing"}, Standing)

    def standing(self, member_id: str) -> Standing:
        """A member; of version 0 where no points were counted."""
        return self.member(member_id) or Standing(member_id=member_id)

    def counted_for(self, member_id: str) -> Standing:
        """The member for whom a member's points count: another one, where the account was merged into that one's."""
        own = self.standing(member_id)
        return self.standing(own.merged_into) if own.merged_into else own

    def keep(self, before: Standing, after: Standing) -> list[Operation]:
        """Store a member, if it still is what was read."""
        key = {"pk": f"member#{after.member_id}", "sk": "standing"}
        kept = self._put(key, after, {"version": before.version or None})
        if before.version:
            return [kept]
        entry = {"pk": f"members#{shard_of(after.member_id, SHARDS)}", "sk": after.member_id}
        return [kept, Put(table=self._table, item=entry, read_as=KeyOnly)]

    def counted(self, kind: str, identity: str) -> Counted | None:
        """What was counted of a posting; None where nothing was."""
        return self._found(_counted_key(kind, identity), Counted)

    def keep_counted(
        self, kind: str, identity: str, member_id: str, points: int, month: str, told: ToldBy | None
    ) -> Operation:
        """Remember that a posting was counted, once, for as long as it counts."""
        until = int(counts_until(month).timestamp())
        counted = Counted(member_id=member_id, points=points, expires_at=until, told_by=told)
        return self._put(_counted_key(kind, identity), counted, {"pk": None})

    def forget_counted(self, kind: str, identity: str, before: Counted) -> Operation:
        """Let a posting be counted, of nobody: a late duplicate is still known."""
        after = Counted(member_id=NOBODY, points=before.points, expires_at=before.expires_at)
        return self._put(_counted_key(kind, identity), after, {"points": before.points})

    def forget(self, member_id: str) -> list[Operation]:
        """Delete a member."""
        entry = {"pk": f"members#{shard_of(member_id, SHARDS)}", "sk": member_id}
        return [
            Delete(table=self._table, key={"pk": f"member#{member_id}", "sk": "standing"}),
            Delete(table=self._table, key=entry),
        ]

    def members(self, shard: int, after: str | None, limit: int) -> tuple[list[str], str | None]:
        """A page of a shard's members, and the last of them; None for the last page."""
        partition = f"members#{shard}"
        start = {"pk": partition, "sk": after} if after else None
        page = self._tables.query(
            Query(table=self._table, key_name="pk", key_value=partition, limit=limit, after=start)
        )
        return [item["sk"] for item in page.items], page.next["sk"] if page.next else None

    def place(self, shard: int) -> ReviewPlace | None:
        """How far the review of a shard is; None before the first."""
        return self._found({"pk": f"review#{shard}", "sk": "review"}, ReviewPlace)

    def keep_place(self, shard: int, place: ReviewPlace) -> Operation:
        """Remember how far the review of a shard is."""
        return self._put({"pk": f"review#{shard}", "sk": "review"}, place)

    def _found(self, key: dict[str, str], kind: Any) -> Any:
        item = self._tables.get(self._table, key)
        return msgspec.convert(item, kind) if item else None

    def _put(self, key: dict[str, str], value: msgspec.Struct, expect: dict[str, Any] | None = None) -> Put:
        item = {**key, **msgspec.to_builtins(value)}
        return Put(table=self._table, item=item, read_as=type(value), expect=expect or {})

    def _all(self, partition: str) -> list[dict[str, Any]]:
        return all_items(self._tables, Query(table=self._table, key_name="pk", key_value=partition))


def _counted_key(kind: str, identity: str) -> dict[str, str]:
    return {"pk": f"{kind}#{identity}", "sk": "counted"}
