"""The ledger in the PBC's table.

| pk | sk | what |
|---|---|---|
| `member#<member id>` | `account` | what the member's lines add up to |
| `member#<member id>` | `line#<number>` | a posting in the member's books with all its entries, immutable |
| `posting#<posting id>` | `posting` | where a posting stands that the ledger was told: it is booked once |
| `hold#<hold id>` | `hold` | a hold as it was asked for, refused ones too, and what came of it |
| `member#<member id>` | `refused-hold#<hold id>` | that a hold of the member was refused: no line says so |
| `reversal#<reversal id>` | `reversal` | a reversal as it was asked for, and its answer |
| `correction#<reference>` | `correction` | a correction by hand as it was asked for, and its answer |
| `merge#<reference>` | `merge` | a merge of two accounts as it was asked for, and its answer |
| `block#<block id>` | `block` | a block as it was asked for, its answer, and that to its release |
| `erasure#<reference>` | `erasure` | an erasure: who made and approved it, not of whom |
| `member#<member id>` | `erasing` | how far the erasure of a member is, while it is under way |
| `members#<shard>` | `<member id>` | every member who has an account |
| `due#<shard>` | `<instant>#<member id>` | when something is due for a member next: a hold ends, or a lot expires |

Pending points are items beside these: `storage/pending.py`.

The programme's own accounts are not items: what they hold is the sum over postings. An item for each would be written
by every posting of every member, and so limit them all to what one item takes. Each member's account keeps its share.

The two indexes are spread over shards, and change in the transaction that changes the account.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from lambdas.points_ledger.model.account import Account
from lambdas.points_ledger.model.due import next_due
from lambdas.points_ledger.model.postings import Line
from lambdas.points_ledger.storage.records import (
    Erasing,
    KeptBlock,
    KeptCorrection,
    KeptErasure,
    KeptHold,
    KeptMerge,
    KeptPosting,
    KeptReversal,
)
from pbckit.runtime.keys import shard_of, sortable
from pbckit.runtime.ports import Delete, Item, KeyOnly, Operation, Put, Query
from pbckit.runtime.runtime import Runtime

SHARDS = 8
"""Of each index. Never changed: a member's entries would be looked for elsewhere."""

_LINE = "line#"
_REFUSED_HOLD = "refused-hold#"
_LINES_OF_A_PAGE = 500


class Ledger:
    """Reads what is booked, and gives the operations that book."""

    def __init__(self, runtime: Runtime) -> None:
        self._tables = runtime.tables
        self._table = runtime.store_table

    def account(self, member_id: str) -> Account | None:
        """A member's account as it is booked; None before the first posting."""
        item = self._tables.get(self._table, _account_key(member_id))
        return msgspec.convert(item, Account) if item else None

    def posting(self, posting_id: str) -> KeptPosting | None:
        """Where a posting stands; None where nobody told the ledger of it."""
        item = self._tables.get(self._table, _key("posting", posting_id))
        return msgspec.convert(item, KeptPosting) if item else None

    def line(self, member_id: str, sequence: int) -> Line | None:
        """One line of a member's books."""
        item = self._tables.get(self._table, {"pk": _partition(member_id), "sk": _line_key(sequence)})
        return msgspec.convert(item, Line) if item else None

    def hold(self, hold_id: str) -> KeptHold | None:
        """A hold that was asked for, or None."""
        item = self._tables.get(self._table, _key("hold", hold_id))
        return msgspec.convert(item, KeptHold) if item else None

    def reversal(self, reversal_id: str) -> KeptReversal | None:
        """A reversal that was answered, or None."""
        item = self._tables.get(self._table, _key("reversal", reversal_id))
        return msgspec.convert(item, KeptReversal) if item else None

    def correction(self, reference: str) -> KeptCorrection | None:
        """A correction that was answered, or None."""
        item = self._tables.get(self._table, _key("correction", reference))
        return msgspec.convert(item, KeptCorrection) if item else None

    def merge(self, reference: str) -> KeptMerge | None:
        """A merge that was answered, or None."""
        item = self._tables.get(self._table, _key("merge", reference))
        return msgspec.convert(item, KeptMerge) if item else None

    def block(self, block_id: str) -> KeptBlock | None:
        """A block that was made, or None."""
        item = self._tables.get(self._table, _key("block", block_id))
        return msgspec.convert(item, KeptBlock) if item else None

    def erasure(self, reference: str) -> KeptErasure | None:
        """An erasure that was begun, or None."""
        item = self._tables.get(self._table, _key("erasure", reference))
        return msgspec.convert(item, KeptErasure) if item else None

    def erasing(self, member_id: str) -> Erasing | None:
        """How far the erasure of a member is; None where none is under way."""
        item = self._tables.get(self._table, _erasing_key(member_id))
        return msgspec.convert(item, Erasing) if item else None

    def stored_account(self, member_id: str) -> Item | None:
        """A member's account as it is stored, whether it can be read or not."""
        return self._tables.get(self._table, _account_key(member_id))

    def newest_lines(self, member_id: str, limit: int, before: int | None) -> list[Line]:
        """A page of a member's lines, newest first, below a number."""
        page = self._tables.query(
            Query(
                table=self._table,
                key_name="pk",
                key_value=_partition(member_id),
                sort_name="sk",
                sort_prefix=_LINE,
                newest_first=True,
                limit=limit,
                after=None if before is None else {"pk": _partition(member_id), "sk": _line_key(before)},
            )
        )
        return [msgspec.convert(item, Line) for item in page.items]

    def stored_lines(self, member_id: str) -> Iterator[Item]:
        """All of a member's lines as they are stored, oldest first, read page by page."""
        return self._all(
            Query(
                table=self._table,
                key_name="pk",
                key_value=_partition(member_id),
                sort_name="sk",
                sort_prefix=_LINE,
                limit=_LINES_OF_A_PAGE,
            )
        )

    def members(self, after: str | None, limit: int) -> tuple[list[str], str | None]:
        """A page of all members, and where the next one begins; None after the last."""
        number, _, last = (after or "0#").partition("#")
        members: list[str] = []
        for shard in range(int(number), SHARDS):
            page, following = self.members_of(shard, last or None, limit - len(members))
            members += page
            if following is not None:
                return members, f"{shard}#{following}"
            # A full page says where the next one begins: here is room for more.
            last = ""
        return members, None

    def members_of(self, shard: int, after: str | None, limit: int) -> tuple[list[str], str | None]:
        """A page of a shard's members, and where the next one begins; None after the last."""
        partition = f"members#{shard}"
        start = None if after is None else {"pk": partition, "sk": after}
        page = self._tables.query(
            Query(table=self._table, key_name="pk", key_value=partition, limit=limit, after=start)
        )
        return [item["sk"] for item in page.items], page.next["sk"] if page.next else None

    def due(self, shard: int, until: datetime, after: str | None, limit: int) -> tuple[list[str], str | None]:
        """A page of a shard's members for whom something is due, those first who wait longest, and where the next one
        begins; None after the last.
        """
        partition = f"due#{shard}"
        page = self._tables.query(
            Query(
                table=self._table,
                key_name="pk",
                key_value=partition,
                sort_name="sk",
                sort_at_most=f"{sortable(until)}~",
                limit=limit,
                after=None if after is None else {"pk": partition, "sk": after},
            )
        )
        # A former release may have left several entries of a member.
        members = dict.fromkeys(item["sk"].split("#")[1] for item in page.items)
        return list(members), page.next["sk"] if page.next else None

    def book(self, before: Account, after: Account, lines: Sequence[Line]) -> list[Operation]:
        """Add lines and move their account, if it still is what was read."""
        put_account = self._account(after, {"version": before.version or None})
        put_lines = [self._line(after.member_id, line) for line in lines]
        return [put_account, *put_lines, *self._index(before, after)]

    def keep_posting(self, posting_id: str, kept: KeptPosting) -> Put:
        """Remember where a posting stands, once."""
        return self._keep("posting", posting_id, kept, {"pk": None})

    def keep_hold(self, before: KeptHold | None, after: KeptHold) -> Put:
        """Store a hold, if it still is what was read."""
        return self._keep("hold", after.request.hold_id, after, {"revision": before.revision if before else None})

    def list_refused_hold(self, member_id: str, hold_id: str) -> Put:
        """Let a member's refused hold be found by the member."""
        item = {"pk": _partition(member_id), "sk": f"{_REFUSED_HOLD}{hold_id}"}
        return Put(table=self._table, item=item, read_as=KeyOnly)

    def refused_holds(self, member_id: str) -> list[str]:
        """Ids of a member's refused holds."""
        query = Query(
            table=self._table,
            key_name="pk",
            key_value=_partition(member_id),
            sort_name="sk",
            sort_prefix=_REFUSED_HOLD,
        )
        return [item["sk"].removeprefix(_REFUSED_HOLD) for item in self._all(query)]

    def keep_reversal(self, kept: KeptReversal) -> Put:
        """Store a reversal, once."""
        return self._keep("reversal", kept.request.reversal_id, kept, {"pk": None})

    def keep_correction(self, kept: KeptCorrection) -> Put:
        """Store a correction, once."""
        return self._keep("correction", kept.request.reference, kept, {"pk": None})

    def keep_merge(self, kept: KeptMerge) -> Put:
        """Store a merge, once."""
        return self._keep("merge", kept.request.reference, kept, {"pk": None})

    def keep_erasure(self, kept: KeptErasure) -> Put:
        """Store an erasure: that it begins, or that it is done."""
        return self._keep("erasure", kept.reference, kept, {"is_done": False if kept.is_done else None})

    def keep_erasing(self, member_id: str, after: Erasing) -> Put:
        """Store how far an erasure is, if it still is as far as was read."""
        item = {**_erasing_key(member_id), **_stored(after)}
        return Put(table=self._table, item=item, read_as=Erasing, expect={"revision": after.revision - 1 or None})

    def end_erasing(self, member_id: str, before: Erasing) -> Delete:
        """Forget how far an erasure is, if it still is as far as was read."""
        return Delete(table=self._table, key=_erasing_key(member_id), expect={"revision": before.revision})

    def oldest_lines(self, member_id: str, limit: int) -> list[Line]:
        """The first lines of a member's books that are there."""
        query = Query(
            table=self._table,
            key_name="pk",
            key_value=_partition(member_id),
            sort_name="sk",
            sort_prefix=_LINE,
            limit=limit,
        )
        return [msgspec.convert(item, Line) for item in self._tables.query(query).items]

    def move_line(self, member_id: str, pseudonym: str, line: Line) -> list[Operation]:
        """Let a line stand under a pseudonym, in the place of the member's."""
        old = {"pk": _partition(member_id), "sk": _line_key(line.sequence)}
        return [self._line(pseudonym, line), Delete(table=self._table, key=old)]

    def move_posting(self, posting_id: str, kept: KeptPosting) -> Put:
        """Let a posting stand under a pseudonym: that it is booked stays known."""
        return Put(
            table=self._table,
            item={**_key("posting", posting_id), **_stored(kept)},
            read_as=KeptPosting,
            expect={"sequence": kept.sequence},
        )

    def move_account(self, before: Account, after: Account) -> list[Operation]:
        """Let an account stand under a pseudonym, if it still is what was read. Nothing of it is due."""
        listed = {"pk": f"members#{shard_of(before.member_id, SHARDS)}", "sk": before.member_id}
        return [
            Delete(table=self._table, key=_account_key(before.member_id), expect={"version": before.version}),
            Delete(table=self._table, key=listed),
            self._account(after, {"pk": None}),
            self._listed(after),
        ]

    def forget(self, kind: str, identity: str) -> Delete:
        """Delete what is kept under an id."""
        return Delete(table=self._table, key=_key(kind, identity))

    def forget_refused_hold(self, member_id: str, hold_id: str) -> list[Operation]:
        """Delete a refused hold."""
        listed = {"pk": _partition(member_id), "sk": f"{_REFUSED_HOLD}{hold_id}"}
        return [self.forget("hold", hold_id), Delete(table=self._table, key=listed)]

    def keep_block(self, before: KeptBlock | None, after: KeptBlock) -> Put:
        """Store a block, if it still is what was read."""
        return self._keep("block", after.request.block_id, after, {"revision": before.revision if before else None})

    def replace_account(self, stored: Item | None, computed: Account, after: Account, line: Line) -> list[Operation]:
        """Put an account in the place of what is stored, if that still is what was read, with the line that says so."""
        expect = {"version": stored.get("version"), "head": stored.get("head")} if stored else {"pk": None}
        put_account, put_line = self._account(after, expect), self._line(after.member_id, line)
        # An account without a line before is put into the index of members like any new one.
        listed = [self._listed(after)] if computed.version else []
        return [put_account, put_line, *listed, *self._index(computed, after)]

    def _all(self, query: Query) -> Iterator[Item]:
        page = self._tables.query(query)
        yield from page.items
        while page.next is not None:
            page = self._tables.query(replace(query, after=page.next))
            yield from page.items

    def _keep(self, kind: str, identity: str, kept: msgspec.Struct, expect: dict[str, Any]) -> Put:
        return Put(table=self._table, item={**_key(kind, identity), **_stored(kept)}, read_as=type(kept), expect=expect)

    def _account(self, account: Account, expect: dict[str, Any]) -> Put:
        item = {**_account_key(account.member_id), **_stored(account)}
        return Put(table=self._table, item=item, read_as=Account, expect=expect)

    def _line(self, member_id: str, line: Line) -> Put:
        item = {"pk": _partition(member_id), "sk": _line_key(line.sequence), **_stored(line)}
        return Put(table=self._table, item=item, read_as=Line, expect={"pk": None})

    def _listed(self, account: Account) -> Put:
        """The member in the index of those who have an account."""
        item = {"pk": f"members#{shard_of(account.member_id, SHARDS)}", "sk": account.member_id}
        return Put(table=self._table, item=item, read_as=KeyOnly)

    def _index(self, before: Account, after: Account) -> Iterator[Operation]:
        """Both indexes say what the account says."""
        shard = shard_of(after.member_id, SHARDS)
        if before.version == 0:
            yield self._listed(after)
        old, new = _due_entry(before), _due_entry(after)
        if old == new:
            return
        if new is not None:
            yield Put(table=self._table, item={"pk": f"due#{shard}", "sk": new}, read_as=KeyOnly)
        if old is not None:
            yield Delete(table=self._table, key={"pk": f"due#{shard}", "sk": old})


def _due_entry(account: Account) -> str | None:
    """A member's only entry of the index by time. One for each hold and lot would let a transaction outgrow its limit
    where many of them change at once.
    """
    at = next_due(account)
    return None if at is None else f"{sortable(at)}#{account.member_id}"


def _stored(value: msgspec.Struct) -> dict[str, Any]:
    return msgspec.to_builtins(value)


def _key(kind: str, identity: str) -> dict[str, str]:
    return {"pk": f"{kind}#{identity}", "sk": kind}


def _partition(member_id: str) -> str:
    return f"member#{member_id}"


def _account_key(member_id: str) -> dict[str, str]:
    return {"pk": _partition(member_id), "sk": "account"}


def _erasing_key(member_id: str) -> dict[str, str]:
    return {"pk": _partition(member_id), "sk": "erasing"}


def _line_key(number: int) -> str:
    return f"{_LINE}{number:012d}"
