"""Outbox items: made when an event is committed, read when it is published, marked when it is on the bus."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from contracts.definitions import Event
from contracts.envelope import EventMetadata
from lambdas.kit.ports import Bus, BusEntry, Clock, Item, Query, Random, Tables, Update

PENDING = "pending"
"""Name of the sparse index and of its key; the key's value is the same for every event that is not dispatched."""

KEPT_AFTER_DISPATCH = timedelta(days=7)
LARGEST_EVENT_BYTES = 256 * 1024
"""What EventBridge takes, for one entry and for one request."""

_ENTRIES_IN_A_REQUEST = 10
_TIME_BYTES = 14
_ATTEMPTS = 5
_FIRST_PAUSE_SECONDS = 0.1


class EventTooLarge(Exception):
    """An event that EventBridge would never take. It is refused when it is committed, not when it is relayed."""


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A committed event on its way to the bus."""

    event_id: str
    entry: BusEntry


def outbox_item(event: Event, metadata: EventMetadata) -> Item:
    """The item that commits an event.

    Raises:
        EventTooLarge: EventBridge would not take it.
    """
    detail = msgspec.json.encode({"metadata": metadata, "data": event}).decode()
    item: Item = {
        "event_id": metadata.event_id,
        "source": type(event).source,
        "detail_type": event.detail_type(),
        "detail": detail,
        "occurred_at": metadata.occurred_at.isoformat(),
        "aggregate_id": metadata.aggregate_id,
        "sequence": metadata.sequence,
        PENDING: PENDING,
    }
    if metadata.trace_header is not None:
        item["trace_header"] = metadata.trace_header
    size = entry_bytes(outgoing(item).entry)
    if size > LARGEST_EVENT_BYTES:
        raise EventTooLarge(f"{event.detail_type()} of {metadata.aggregate_id}: {size} bytes; {LARGEST_EVENT_BYTES} go")
    return item


def outgoing(item: Mapping[str, Any]) -> Outgoing:
    """An outbox item as it is published."""
    return Outgoing(
        event_id=item["event_id"],
        entry=BusEntry(
            source=item["source"],
            detail_type=item["detail_type"],
            detail=item["detail"],
            time=datetime.fromisoformat(item["occurred_at"]),
            trace_header=item.get("trace_header"),
        ),
    )


def entry_bytes(entry: BusEntry) -> int:
    """Size of an entry as EventBridge counts it: time, source, detail type and detail, in UTF-8."""
    return _TIME_BYTES + sum(len(text.encode()) for text in (entry.source, entry.detail_type, entry.detail))


def publish(events: Sequence[Outgoing], bus: Bus, clock: Clock, random: Random) -> set[str]:
    """Publish events in order, in as few requests as count and bytes allow; retry alone what was not taken.

    Returns:
        Ids of the events that were not taken, however often they were tried.
    """
    return {event_id for batch in _batches(events) for event_id in _publish_batch(batch, bus, clock, random)}


def mark_dispatched(event_id: str, tables: Tables, outbox_table: str, clock: Clock) -> None:
    """Note that an event is on the bus; only now it may expire."""
    now = clock.now()
    tables.update(
        Update(
            table=outbox_table,
            key={"event_id": event_id},
            set={
                "dispatched_at": now.isoformat(),
                "expires_at": int((now + KEPT_AFTER_DISPATCH).timestamp()),
            },
            remove=[PENDING],
        )
    )


def pending(tables: Tables, outbox_table: str, until: datetime, limit: int) -> list[Item]:
    """The oldest events that were committed before an instant and are not dispatched."""
    page = tables.query(
        Query(
            table=outbox_table,
            index=PENDING,
            key_name=PENDING,
            key_value=PENDING,
            sort_name="occurred_at",
            sort_at_most=until.isoformat(),
            limit=limit,
        )
    )
    return page.items


def _batches(events: Sequence[Outgoing]) -> Iterator[list[Outgoing]]:
    batch: list[Outgoing] = []
    size = 0
    for event in events:
        more = entry_bytes(event.entry)
        if batch and (len(batch) == _ENTRIES_IN_A_REQUEST or size + more > LARGEST_EVENT_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(event)
        size += more
    if batch:
        yield batch


def _publish_batch(batch: list[Outgoing], bus: Bus, clock: Clock, random: Random) -> list[str]:
    waiting = batch
    for attempt in range(_ATTEMPTS):
        if attempt:
            clock.sleep(random.uniform(0, _FIRST_PAUSE_SECONDS * 2**attempt))
        answers = bus.put([event.entry for event in waiting])
        waiting = [event for event, error in zip(waiting, answers, strict=True) if error is not None]
        if not waiting:
            return []
    return [event.event_id for event in waiting]
