"""DynamoDB as a unit sees it on a bad day, around the tables in memory."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from devtools.simulation.faults import Decisions, Fault
from devtools.simulation.steps import Steps
from pbckit.runtime.ports import Delete, Item, Key, Operation, Page, Put, Query, Scan, TransactionConflict
from pbckit.testing.tables import OUTBOX, STORE, MemoryTables

_MOST_OF_A_PAGE = 3
"""Of a scan: a page ends after a MiB, however many items were asked for, and histories are to have several pages."""


class ServiceFailed(Exception):
    """A service answered with a failure that is none of the kernel's words, or not at all."""


class SimulatedTables:
    """`Tables` with conflicts, failures, lost answers and stale scans.

    Args:
        unit: whose tables.
        inner: what they hold.
        steps: where who calls can be held up or killed.
        decisions: which faults strike.
        committed: told of every new outbox item, as the stream is.
    """

    def __init__(
        self,
        unit: str,
        inner: MemoryTables,
        steps: Steps,
        decisions: Decisions,
        committed: Callable[[Item], None],
    ) -> None:
        self._unit = unit
        self._inner = inner
        self._steps = steps
        self._decisions = decisions
        self._committed = committed
        self._labels: dict[str, str] = {}
        self._scanned_before = dict[str, Page]()

    def get(self, table: str, key: Key) -> Item | None:
        """An item, or None."""
        call = f"{self._unit} reads {self._named(key)}"
        self._steps.before(call)
        self._fail_maybe(call)
        return self._inner.get(table, key)

    def query(self, query: Query) -> Page:
        """Items in the order of their sort key."""
        call = f"{self._unit} queries {query.key_value}"
        self._steps.before(call)
        self._fail_maybe(call)
        return self._inner.query(query)

    def scan(self, scan: Scan) -> Page:
        """Items of a whole table, a few a page; it may be behind."""
        call = f"{self._unit} scans its {scan.table}"
        self._steps.before(call)
        self._fail_maybe(call)
        page = self._inner.scan(replace(scan, limit=min(scan.limit, _MOST_OF_A_PAGE)))
        place = repr(scan.after)
        before = self._scanned_before.get(place, Page(items=[], next=None))
        self._scanned_before[place] = page
        if self._decisions.strikes(Fault.SCAN_STALE, call):
            # Items of before are still there, whatever became of them; new ones are not there yet.
            return replace(page, items=[item for item in before.items if item["occurred_at"] <= scan.at_most])
        return page

    def put(self, put: Put) -> None:
        """Write one item."""
        self._write(f"{self._unit} writes {self._subject([put])}", lambda: self._inner.put(put))

    def delete(self, delete: Delete) -> None:
        """Remove one item."""
        self._write(f"{self._unit} removes {self._named(delete.key)}", lambda: self._inner.delete(delete))

    def transact(self, operations: Sequence[Operation]) -> None:
        """Do all of it or nothing."""
        call = f"{self._unit} commits {self._subject(operations)}"

        def commit() -> None:
            self._inner.transact(operations)
            for operation in operations:
                if isinstance(operation, Put) and operation.table == OUTBOX:
                    self._labels[operation.item["event_id"]] = label(operation.item)
                    self._committed(operation.item)

        self._write(call, commit)

    def expire(self, now: int) -> None:
        """Delete items whose time has come, as DynamoDB does by and by."""
        for table, names in ((STORE, ("pk", "sk")), (OUTBOX, ("event_id",))):
            for item in self._inner.all(table):
                if item.get("expires_at", now) < now:
                    self._inner.transact([Delete(table=table, key={name: item[name] for name in names})])

    def _write(self, call: str, write: Callable[[], None]) -> None:
        self._steps.before(call)
        self._fail_maybe(call)
        if self._decisions.strikes(Fault.CONFLICT, call):
            raise TransactionConflict(call)
        write()
        if self._decisions.strikes(Fault.ANSWER_LOST, call):
            raise ServiceFailed(f"no answer: {call}")
        self._steps.after(call)

    def _fail_maybe(self, call: str) -> None:
        if self._decisions.strikes(Fault.TABLE_FAILED, call):
            raise ServiceFailed(call)

    def _subject(self, operations: Sequence[Operation]) -> str:
        """What a transaction is about, in words that do not change with chance: its first lasting item."""
        for operation in operations:
            if isinstance(operation, Put):
                pk = operation.item.get("pk", "")
                if not pk.startswith("inbox#"):
                    return pk or label(operation.item)
            else:
                return self._named(operation.key)
        return "a marker"

    def _named(self, key: Key) -> str:
        if "event_id" in key:
            return self._labels.get(key["event_id"], "an event")
        return "the inbox" if key["pk"].startswith("inbox#") else key["pk"]


def label(item: Item) -> str:
    """An event in words that do not change with chance."""
    return f"{item['detail_type']} {item['aggregate_id']}/{item['sequence']}"
