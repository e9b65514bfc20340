"""The ledger in the PBC's table.

| pk | sk | what |
|---|---|---|
| `posting#<posting id>` | `posting` | a posting with all its entries, immutable |
| `member#<member id>` | `account` | balance and number of postings |
| `member#<member id>` | `line#<number>` | the member's side of a posting, with the balance after it, immutable |

A member's partition has room for other kinds of items beside these: each kind has a sort key prefix of its own.

The programme's own accounts are not items: what they hold is the sum over postings. An item for each would be written
by every posting of every member, and so limit them all to what one item takes.
"""

from typing import Any

import msgspec

from contracts.points_ledger import StatementLine
from lambdas.kit.ports import Operation, Put, Query, Update
from lambdas.kit.runtime import Runtime
from lambdas.points_ledger.model import Account, Posting

_LINE = "line#"


class Ledger:
    """Reads accounts and postings, and gives the operations that post."""

    def __init__(self, runtime: Runtime) -> None:
        self._tables = runtime.tables
        self._table = runtime.store_table

    def posting(self, posting_id: str) -> Posting | None:
        """A posting, or None."""
        item = self._tables.get(self._table, _posting_key(posting_id))
        return msgspec.convert(item, Posting) if item else None

    def account(self, member_id: str) -> Account | None:
        """A member's account; None before the first posting."""
        item = self._tables.get(self._table, _account_key(member_id))
        return msgspec.convert({**item, "member_id": member_id}, Account) if item else None

    def lines(self, member_id: str, limit: int, before: int | None) -> list[StatementLine]:
        """A member's postings, newest first, below a number."""
        start = {"pk": _partition(member_id), "sk": _line_key(before)} if before is not None else None
        page = self._tables.query(
            Query(
                table=self._table,
                key_name="pk",
                key_value=_partition(member_id),
                sort_name="sk",
                sort_prefix=_LINE,
                newest_first=True,
                limit=limit,
                after=start,
            )
        )
        return [msgspec.convert(item, StatementLine) for item in page.items]

    def post(self, posting: Posting, before: Account, after: Account) -> list[Operation]:
        """Add a posting and move its member's account, if the account still is what was read."""
        line = StatementLine(
            sequence=after.version,
            posting_id=posting.id,
            kind=posting.kind,
            points=posting.points,
            balance_points=after.balance_points,
            text=posting.text,
            posted_at=posting.posted_at,
        )
        return [
            Put(
                table=self._table,
                item={**_posting_key(posting.id), **_stored(posting)},
                expect={"pk": None},
            ),
            Update(
                table=self._table,
                key=_account_key(posting.member_id),
                set={"balance_points": after.balance_points, "version": after.version},
                expect={"version": before.version or None},
            ),
            Put(
                table=self._table,
                item={"pk": _partition(posting.member_id), "sk": _line_key(after.version), **_stored(line)},
                expect={"pk": None},
            ),
        ]


def _stored(value: msgspec.Struct) -> dict[str, Any]:
    return msgspec.to_builtins(value)


def _posting_key(posting_id: str) -> dict[str, str]:
    return {"pk": f"posting#{posting_id}", "sk": "posting"}


def _partition(member_id: str) -> str:
    return f"member#{member_id}"


def _account_key(member_id: str) -> dict[str, str]:
    return {"pk": _partition(member_id), "sk": "account"}


def _line_key(number: int) -> str:
    return f"{_LINE}{number:012d}"
