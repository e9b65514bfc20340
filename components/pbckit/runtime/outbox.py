"""Outbox items: made when an event is committed, read when it is published, removed when it is on the bus."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from pbckit.contracts.definitions import Event
from pbckit.contracts.envelope import Envelope, EventMetadata
from pbckit.errors import FunctionError
from pbckit.runtime.keys import sortable
from pbckit.runtime.observability import logger
from pbckit.runtime.ports import BusEntry, Delete, Item, Key, Page, Query, Scan, UnreadableRecord
from pbckit.runtime.records import note_published
from pbckit.runtime.runtime import Runtime

PENDING = "pending"
"""Attribute that every event has which is to be published. Former releases took it away when an event was on the bus,
and kept the event for 30 days; their sparse index of it may still be there.
"""

REPLAY = "replay/"
"""What the resource of an event begins with that follows from a replay of the archive; its name comes after it."""

LARGEST_EVENT_BYTES = 256 * 1024
"""What EventBridge takes, for one entry and for one request."""

_ENTRIES_IN_A_REQUEST = 10
_TIME_BYTES = 14
_ATTEMPTS = 5
_FIRST_PAUSE_SECONDS = 0.1


class EventTooLarge(FunctionError):
    """An event that EventBridge would never take. It is refused when it is committed, not when it is relayed."""


class OutboxRecord(msgspec.Struct, frozen=True, kw_only=True):
    """An outbox item as it is stored."""

    event_id: str
    source: str
    detail_type: str
    detail: str
    occurred_at: datetime
    aggregate_id: str
    sequence: int
    pending: str | None = None
    replay: str | None = None
    """Name of the replay of the archive that it follows from."""


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A committed event on its way to the bus."""

    event_id: str
    entry: BusEntry


def outbox_item(event: Event, metadata: EventMetadata, *, replay: str | None = None) -> Item:
    """The item that commits an event.

    Args:
        event: what happened.
        metadata: what is known about it.
        replay: name of the replay of the archive that it follows from.

    Raises:
        EventTooLarge: EventBridge would not take it.
        UnreadableRecord: a consumer could not read it: a value is outside of what the contract allows.
    """
    detail = msgspec.json.encode({"metadata": metadata, "data": event}).decode()
    _require_readable(event, detail)
    item: Item = {
        "event_id": metadata.event_id,
        "source": type(event).source,
        "detail_type": event.detail_type(),
        "detail": detail,
        "occurred_at": sortable(metadata.occurred_at),
        "aggregate_id": metadata.aggregate_id,
        "sequence": metadata.sequence,
        PENDING: PENDING,
    }
    if replay is not None:
        item["replay"] = replay
    size = entry_bytes(outgoing(item).entry)
    if size > LARGEST_EVENT_BYTES:
        raise EventTooLarge(
            f"{event.detail_type()} of {metadata.aggregate_id}: {size} bytes; EventBridge takes {LARGEST_EVENT_BYTES}"
        )
    return item


def _require_readable(event: Event, detail: str) -> None:
    try:
        envelope = msgspec.json.decode(detail, type=Envelope)
        msgspec.json.decode(envelope.data, type=type(event))
    except msgspec.ValidationError as error:
        raise UnreadableRecord(f"{event.detail_type()} of {event.aggregate_id} cannot be read: {error}") from error


def outgoing(item: Mapping[str, Any]) -> Outgoing:
    """An outbox item as it is published."""
    return Outgoing(
        event_id=item["event_id"],
        entry=BusEntry(
            source=item["source"],
            detail_type=item["detail_type"],
            detail=item["detail"],
            time=datetime.fromisoformat(item["occurred_at"]),
            # Former releases stored it beside the detail too; but an item above a KiB takes twice the units.
            trace_header=msgspec.json.decode(item["detail"], type=Envelope).metadata.trace_header,
            resources=(f"{REPLAY}{item['replay']}",) if "replay" in item else (),
        ),
    )


def entry_bytes(entry: BusEntry) -> int:
    """Size of an entry as EventBridge counts it: time, source, detail type, detail and resources, in UTF-8."""
    texts = (entry.source, entry.detail_type, entry.detail, *entry.resources)
    return _TIME_BYTES + sum(len(text.encode()) for text in texts)


def batches(events: Sequence[Outgoing]) -> Iterator[list[Outgoing]]:
    """Events in order, in as few requests as count and bytes allow."""
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


def dispatch(batch: Sequence[Outgoing], runtime: Runtime) -> dict[str, str]:
    """Publish one batch, then remove what is on the bus. What was not taken is tried again alone, a few times.

    Whoever dies in between leaves events that are on the bus already: they are published again, under their ids.

    Returns:
        Ids of the events that were not taken after all, and the last error of each.
    """
    refused = _publish(batch, runtime)
    for event in batch:
        if event.event_id not in refused:
            note_published(event.entry)
            _remove(event.event_id, runtime)
    if refused:
        logger.error("not taken by the bus", events=refused)
    return refused


def _publish(batch: Sequence[Outgoing], runtime: Runtime) -> dict[str, str]:
    if runtime.bus is None:
        raise RuntimeError("there is no bus to publish on")
    waiting, errors = list(batch), dict[str, str]()
    for attempt in range(_ATTEMPTS):
        if attempt:
            runtime.clock.sleep(runtime.random.uniform(0, _FIRST_PAUSE_SECONDS * 2**attempt))
        answers = zip(waiting, runtime.bus.put([event.entry for event in waiting]), strict=True)
        errors = {event.event_id: error for event, error in answers if error is not None}
        waiting = [event for event in waiting if event.event_id in errors]
        if not waiting:
            break
    return errors


def _remove(event_id: str, runtime: Runtime) -> None:
    runtime.tables.delete(Delete(table=runtime.outbox_table, key={"event_id": event_id}))


def pending_pages(runtime: Runtime, until: datetime, page_size: int) -> Iterator[list[Item]]:
    """All events that were committed before an instant and are not on the bus, oldest first on each page; at least one
    page.

    The table holds little else, so it is read whole. What is removed meanwhile may be seen for a moment longer.

    Args:
        runtime: with the outbox, and with its index where a former release's is still there.
        until: the instant.
        page_size: how many items are read for a page; fewer may be on it.
    """
    after: Key | None = None
    while True:
        page = _page(runtime, sortable(until), page_size, after)
        yield sorted(page.items, key=lambda item: item["occurred_at"])
        if page.next is None:
            return
        after = page.next


def _page(runtime: Runtime, until: str, size: int, after: Key | None) -> Page:
    if runtime.outbox_index:
        return runtime.tables.query(
            Query(
                table=runtime.outbox_table,
                index=runtime.outbox_index,
                key_name=PENDING,
                key_value=PENDING,
                sort_name="occurred_at",
                sort_at_most=until,
                limit=size,
                after=after,
            )
        )
    return runtime.tables.scan(
        Scan(
            table=runtime.outbox_table,
            having=PENDING,
            at_most_name="occurred_at",
            at_most=until,
            limit=size,
            after=after,
        )
    )
