"""An outbox's stream and its mapping to the relay: in order within a shard, each record for a day and no longer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zlib import crc32

from devtools.simulation.faults import Decisions, Fault
from devtools.simulation.scheduler import Ended, Scheduler
from devtools.simulation.tables import label
from pbckit.runtime.ports import Item

_SHARDS = 2
_BATCH = 100
_POLL_SECONDS = 0.2
_LATE_SECONDS = 60.0
_TIMEOUT_SECONDS = 60.0
_MAXIMUM_RETRIES = 20
_MAXIMUM_AGE_SECONDS = 6 * 3600.0
_LONGEST_PAUSE_SECONDS = 60.0


@dataclass(frozen=True)
class _Record:
    number: str
    item: Item
    arrived: float


@dataclass(frozen=True)
class Relay:
    """The function that the stream feeds: answers with the sequence number to go on from, or None."""

    relay: Callable[[Sequence[tuple[str, Item]]], str | None]
    down: Callable[[], bool]


class Stream:
    """The shards of one outbox."""

    def __init__(self, scheduler: Scheduler, decisions: Decisions, relay: Relay) -> None:
        self._decisions = decisions
        self._shards = [_Shard(scheduler, decisions, relay) for _ in range(_SHARDS)]
        self._count = 0

    def append(self, item: Item) -> None:
        """A new outbox item: a record of it, on the shard of its key."""
        name = label(item)
        if self._decisions.strikes(Fault.RECORD_EXPIRED, name):
            return
        self._count += 1
        self._shards[crc32(name.encode()) % _SHARDS].append(f"{self._count:09d}", item)

    @property
    def held(self) -> int:
        """Records that are neither relayed nor given up."""
        return sum(len(shard.records) for shard in self._shards)


class _Shard:
    def __init__(self, scheduler: Scheduler, decisions: Decisions, relay: Relay) -> None:
        self.records: list[_Record] = []
        self._scheduler = scheduler
        self._decisions = decisions
        self._relay = relay
        self._active = False
        self._failures = 0
        self._batch = _BATCH

    def append(self, number: str, item: Item) -> None:
        self.records.append(_Record(number, item, self._scheduler.seconds))
        if not self._active:
            self._active = True
            late = self._decisions.strikes(Fault.STREAM_LATE, label(item))
            share = self._decisions.share(f"stream late {label(item)}") if late else 0.0
            self._scheduler.after(_POLL_SECONDS + _LATE_SECONDS * share, self._poll)

    def _poll(self) -> None:
        oldest = self._scheduler.seconds - _MAXIMUM_AGE_SECONDS
        self.records = [record for record in self.records if record.arrived >= oldest]
        batch = self.records[: self._batch]
        if not batch:
            self._active = False
        elif self._relay.down():
            self._retry()
        else:
            records = [(record.number, record.item) for record in batch]
            self._scheduler.invoke(
                lambda: self._relay.relay(records), _TIMEOUT_SECONDS, lambda ended: self._ended(batch, ended)
            )

    def _ended(self, batch: Sequence[_Record], ended: Ended[str | None]) -> None:
        if ended.error is not None:
            self._retry()
            return
        done = len(batch)
        if ended.value is not None:
            done = [record.number for record in batch].index(ended.value)
        elif self._decisions.strikes(Fault.RECORDS_TWICE, label(batch[0].item)):
            done = 0
        self.records = self.records[done:]
        if done:
            self._failures, self._batch = 0, _BATCH
        if ended.value is not None:
            self._retry()
        else:
            self._scheduler.after(_POLL_SECONDS, self._poll)

    def _retry(self) -> None:
        """The same again, later; half of it at a time. Given up after too often: then only the sweeper can help."""
        self._failures += 1
        if self._failures > _MAXIMUM_RETRIES:
            self.records = self.records[self._batch :]
            self._failures, self._batch = 0, _BATCH
        else:
            self._batch = max(1, min(self._batch, len(self.records)) // 2)
        self._scheduler.after(min(_LONGEST_PAUSE_SECONDS, 2.0**self._failures), self._poll)
