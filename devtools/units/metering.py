"""Tables in memory that count capacity as DynamoDB does.

Rules: the developer guide, "DynamoDB read and write operations": a write takes a unit for each KiB of the larger of the
item before and after, twice that in a transaction; a read takes one for each 4 KiB, half of that where it is eventually
consistent. `tests/devtools/units/test_units.py` compares them with what the embedded AWS reports.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from pbckit.runtime.limits import item_bytes
from pbckit.runtime.ports import Delete, Item, Key, Operation, Page, Put, Query, Scan
from pbckit.testing.tables import OUTBOX, SCHEMAS, MemoryTables

_WRITE_BYTES, _READ_BYTES = 1024, 4096


@dataclass
class Metered:
    """`Tables` in memory, with what was used of them."""

    inner: MemoryTables = field(default_factory=MemoryTables)
    items: int = 0
    """Written."""
    write: float = 0
    outbox_write: float = 0
    """Those of `write` that outboxes took."""
    read: float = 0
    writes_by_partition: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """Write units by table and partition key: what one partition key takes is what no number of partitions helps."""

    reads_by_partition: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """Read units, in the same way; without those of scans."""

    def get(self, table: str, key: Key) -> Item | None:
        """An item, or None."""
        found = self.inner.get(table, key)
        self._count_read(table, SCHEMAS[table].key(key), [found] if found else [])
        return found

    def query(self, query: Query) -> Page:
        """Items of a partition."""
        page = self.inner.query(query)
        self._count_read(query.table, {query.key_name: query.key_value}, page.items)
        return page

    def scan(self, scan: Scan) -> Page:
        """Items of a whole table: what does not fit is read too."""
        read = self.inner.all(scan.table)
        self.read += _reads(read) / 2
        return self.inner.scan(scan)

    def put(self, put: Put) -> None:
        """Write one item."""
        before = self._size(put)
        self.inner.put(put)
        self._count([put], [max(before, self._size(put))], 1)

    def delete(self, delete: Delete) -> None:
        """Remove one item."""
        size = self._size(delete)
        self.inner.delete(delete)
        self._count([delete], [size], 1)

    def transact(self, operations: Sequence[Operation]) -> None:
        """Do all of it or nothing."""
        before = [self._size(operation) for operation in operations]
        self.inner.transact(operations)
        after = [self._size(operation) for operation in operations]
        self._count(operations, [max(pair) for pair in zip(before, after, strict=True)], 2)

    def _count_read(self, table: str, key: Key, items: Sequence[Item]) -> None:
        units = _reads(items)
        self.read += units
        self.reads_by_partition[table, next(iter(key.values()))] += units

    def _count(self, operations: Sequence[Operation], sizes: Sequence[int], each: int) -> None:
        self.items += len(sizes)
        for operation, size in zip(operations, sizes, strict=True):
            units = each * max(1, math.ceil(size / _WRITE_BYTES))
            self.write += units
            self.outbox_write += units if operation.table == OUTBOX else 0
            self.writes_by_partition[operation.table, next(iter(_key(operation).values()))] += units

    def _size(self, operation: Operation) -> int:
        return item_bytes(self.inner.get(operation.table, _key(operation)) or {})


def _key(operation: Operation) -> Key:
    """The primary key, its partition key first."""
    return SCHEMAS[operation.table].key(operation.item if isinstance(operation, Put) else operation.key)


def _reads(items: Sequence[Item]) -> int:
    return max(1, math.ceil(sum(map(item_bytes, items)) / _READ_BYTES))
