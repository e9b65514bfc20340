"""The design without outbox and inbox: the same handlers commit their state, and then publish; nobody remembers what
was handled.
"""

from collections.abc import Sequence

from devtools.simulation.tables import ServiceFailed
from pbckit.runtime.outbox import outgoing
from pbckit.runtime.ports import Bus, BusEntry, Clock, Delete, Item, Key, Operation, Page, Put, Query, Scan, Tables
from pbckit.testing.tables import OUTBOX

_ATTEMPTS = 5


class PublishAfterCommit:
    """`Tables` that hold no events: those of a transaction go to the bus once it is committed.

    It is not careless: what the bus does not take is tried again, as often as the relay does.
    """

    def __init__(self, inner: Tables, bus: Bus, clock: Clock) -> None:
        self._inner = inner
        self._bus = bus
        self._clock = clock

    def get(self, table: str, key: Key) -> Item | None:
        """An item, or None: there is no inbox."""
        return None if _in_inbox(key.get("pk", "")) else self._inner.get(table, key)

    def query(self, query: Query) -> Page:
        """As it is."""
        return self._inner.query(query)

    def scan(self, scan: Scan) -> Page:
        """As it is."""
        return self._inner.scan(scan)

    def put(self, put: Put) -> None:
        """As it is."""
        self._inner.put(put)

    def delete(self, delete: Delete) -> None:
        """As it is."""
        self._inner.delete(delete)

    def transact(self, operations: Sequence[Operation]) -> None:
        """Commit the state, then publish."""
        events = [outgoing(one.item).entry for one in operations if isinstance(one, Put) and one.table == OUTBOX]
        self._inner.transact([operation for operation in operations if not _beside_state(operation)])
        if events:
            self._publish(events)

    def _publish(self, events: Sequence[BusEntry]) -> None:
        waiting = list(events)
        for attempt in range(_ATTEMPTS):
            answers = self._bus.put(waiting)
            waiting = [entry for entry, error in zip(waiting, answers, strict=True) if error is not None]
            if not waiting:
                return
            self._clock.sleep(0.1 * 2**attempt)
        raise ServiceFailed(f"not published: {len(waiting)} events")


def _beside_state(operation: Operation) -> bool:
    return isinstance(operation, Put) and (operation.table == OUTBOX or _in_inbox(operation.item.get("pk", "")))


def _in_inbox(pk: str) -> bool:
    return pk.startswith("inbox#")
