"""What the ledger was told and has not confirmed yet, and what it posted otherwise, in the PBC's table.

| pk | sk | what |
|---|---|---|
| `unconfirmed#<shard>` | `<posting id>` | what the ledger was told; gone when it has posted the same |
| `confirmed#<posting id>` | `confirmed` | by which event the ledger said that it has; as long as an inbox remembers |
| `differences` | `<posting id>` | a posting that is not what the ledger was told |
| `settled#<posting id>` | `<settled at>` | a difference that somebody has mended: who, when and why |

An entry outlives its confirmation where a function died between the two: whoever reads entries asks for confirmations.
"""

from datetime import datetime, timedelta

import msgspec

from contracts.points_calculation import Difference, ReportedPosting
from lambdas.points_calculation.storage.calculations import SHARDS
from lambdas.points_calculation.storage.records import Confirmation, SettledDifference
from pbckit.runtime.keys import shard_of, sortable
from pbckit.runtime.ports import Delete, Item, Operation, Put, Query
from pbckit.runtime.queries import all_items
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.unit_of_work import MessageContext, ToldBy

_DIFFERENCES = "differences"
_SHARDS_BEFORE = 4
"""Of what was told before there were more shards."""


class ConfirmationStore:
    """Reads what is unconfirmed or different, and gives the operations that change it."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._tables = runtime.tables
        self._table = runtime.store_table
        self._found_at: dict[str, dict[str, str]] = {}

    def find(self, posting_id: str) -> ReportedPosting | None:
        """What the ledger was told of a posting; None where it has confirmed it, or was told nothing."""
        for key in (_told_key(posting_id), _told_key(posting_id, _SHARDS_BEFORE)):
            if item := self._tables.get(self._table, key):
                return self._entry(item)
        return None

    def overdue(self, before: datetime, limit: int) -> list[ReportedPosting]:
        """What was told before an instant and is not confirmed, of as many as are read.

        Args:
            before: the instant.
            limit: how many of a shard are read; usually few are there at all.
        """
        found: list[ReportedPosting] = []
        for number in range(SHARDS):
            query = Query(table=self._table, key_name="pk", key_value=f"unconfirmed#{number}", limit=limit)
            found += map(self._entry, self._tables.query(query).items)
        return [told for told in found if told.told_at < before]

    def every_unconfirmed(self) -> list[ReportedPosting]:
        """Everything that the ledger was told and has not confirmed."""
        partitions = [f"unconfirmed#{number}" for number in range(SHARDS)]
        items = [item for one in partitions for item in all_items(self._tables, self._of(one))]
        return [self._entry(item) for item in items]

    def every_difference(self) -> list[Difference]:
        """Every difference that is not settled."""
        return [msgspec.convert(item, Difference) for item in all_items(self._tables, self._of(_DIFFERENCES))]

    def _entry(self, item: Item) -> ReportedPosting:
        told = msgspec.convert(item, ReportedPosting)
        self._found_at[told.posting_id] = {"pk": item["pk"], "sk": item["sk"]}
        return told

    def _of(self, partition: str) -> Query:
        return Query(table=self._table, key_name="pk", key_value=partition)

    def differences(self, limit: int) -> list[Difference]:
        """Differences that are not settled, by posting id."""
        query = Query(table=self._table, key_name="pk", key_value=_DIFFERENCES, limit=limit)
        return [msgspec.convert(item, Difference) for item in self._tables.query(query).items]

    def difference(self, posting_id: str) -> Difference | None:
        """The open difference of a posting, or None."""
        item = self._tables.get(self._table, _difference_key(posting_id))
        return msgspec.convert(item, Difference) if item else None

    def expected(self, told: ReportedPosting) -> Operation:
        """Expect the ledger to post what it is told."""
        item = {**_told_key(told.posting_id), **msgspec.to_builtins(told)}
        return Put(table=self._table, item=item, read_as=ReportedPosting)

    def confirmed(self, told: ReportedPosting) -> Delete:
        """Expect no longer what was found; nothing where that is done already."""
        return Delete(table=self._table, key=self._found_at[told.posting_id])

    def confirmation(self, posting_id: str) -> Confirmation | None:
        """Which event said that a posting is booked; None where none has, or it is forgotten."""
        item = self._tables.get(self._table, _confirmed_key(posting_id))
        return msgspec.convert(item, Confirmation) if item else None

    def confirms(self, posting_id: str, cause: MessageContext) -> Put:
        """Remember that an event said that a posting is booked, if none has."""
        until = self._runtime.clock.now() + timedelta(days=self._runtime.inbox_days)
        kept = Confirmation(
            told_by=ToldBy(event_id=cause.event_id or "", fingerprint=cause.fingerprint),
            expires_at=int(until.timestamp()),
        )
        item = {**_confirmed_key(posting_id), **msgspec.to_builtins(kept)}
        return Put(table=self._table, item=item, read_as=Confirmation, expect={"pk": None})

    def differs(self, difference: Difference) -> Operation:
        """Keep a difference until somebody settles it."""
        item = {**_difference_key(difference.posting_id), **msgspec.to_builtins(difference)}
        return Put(table=self._table, item=item, read_as=Difference)

    def forget(self, posting_id: str) -> list[Operation]:
        """Delete the open difference of a posting, and those that were settled."""
        settled = all_items(self._tables, self._of(_settled(posting_id)))
        keys = [_difference_key(posting_id), *({"pk": item["pk"], "sk": item["sk"]} for item in settled)]
        return [Delete(table=self._table, key=key) for key in keys]

    def settled(self, difference: Difference, reason: str, actor: str, at: datetime) -> list[Operation]:
        """Count a difference no longer, and remember who said so."""
        settled = SettledDifference(reason=reason, settled_by=actor, difference=difference)
        record = {"pk": _settled(difference.posting_id), "sk": sortable(at), **msgspec.to_builtins(settled)}
        return [
            Delete(
                table=self._table,
                key=_difference_key(difference.posting_id),
                expect={"posting_id": difference.posting_id},
            ),
            Put(table=self._table, item=record, read_as=SettledDifference),
        ]


def _settled(posting_id: str) -> str:
    return f"settled#{posting_id}"


def _told_key(posting_id: str, shards: int = SHARDS) -> dict[str, str]:
    return {"pk": f"unconfirmed#{shard_of(posting_id, shards)}", "sk": posting_id}


def _confirmed_key(posting_id: str) -> dict[str, str]:
    return {"pk": f"confirmed#{posting_id}", "sk": "confirmed"}


def _difference_key(posting_id: str) -> dict[str, str]:
    return {"pk": _DIFFERENCES, "sk": posting_id}
