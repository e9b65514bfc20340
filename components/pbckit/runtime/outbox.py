"""Outbox items: made when an event is committed, read when it is published, marked when it is on the bus."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from pbckit.contracts.definitions import Event
from pbckit.contracts.envelope import Envelope, EventMetadata
from pbckit.errors import FunctionError
from pbckit.runtime.keys import sortable
from pbckit.runtime.observability import logger
from pbckit.runtime.ports import BusEntry, ConditionFailed, Item, Query, UnreadableRecord, Update
from pbckit.runtime.records import note_published
from pbckit.runtime.runtime import Runtime

PENDING = "pending"
"""Name of the sparse index and of its key; the key's value is the same for every event that is not dispatched."""

KEPT_AFTER_DISPATCH = timedelta(days=30)
"""As long as consumers remember an event: while one of them knows its id, this side knows that it was told."""

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
    trace_header: str | None = None
    dispatched_at: datetime | None = None
    expires_at: int | None = None


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """A committed event on its way to the bus."""

    event_id: str
    entry: BusEntry


def outbox_item(event: Event, metadata: EventMetadata) -> Item:
    """The item that commits an event.

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
    if metadata.trace_header is not None:
        item["trace_header"] = metadata.trace_header
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
            trace_header=item.get("trace_header"),
        ),
    )


def entry_bytes(entry: BusEntry) -> int:
    """Size of an entry as EventBridge counts it: time, source, detail type and detail, in UTF-8."""
    return _TIME_BYTES + sum(len(text.encode()) for text in (entry.source, entry.detail_type, entry.detail))


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
    """Publish one batch, then mark what is on the bus. What was not taken is tried again alone, a few times.

    Returns:
        Ids of the events that were not taken after all, and the last error of each.
    """
    refused = _publish(batch, runtime)
    for event in batch:
        if event.event_id not in refused:
            note_published(event.entry)
            _mark_dispatched(event.event_id, runtime)
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


def _mark_dispatched(event_id: str, runtime: Runtime) -> None:
    """Note that an event is on the bus; only now it may expire."""
    now = runtime.clock.now()
    mark = Update(
        table=runtime.outbox_table,
        key={"event_id": event_id},
        read_as=OutboxRecord,
        set={
            "dispatched_at": now.isoformat(),
            "expires_at": int((now + KEPT_AFTER_DISPATCH).timestamp()),
        },
        remove=[PENDING],
        # Without it the update would make an item of nothing, and the stream would bring that to the relay.
        expect={"event_id": event_id},
    )
    try:
        runtime.tables.update(mark)
    except ConditionFailed:
        logger.warning("published again after it had expired", event_id=event_id)


def pending(runtime: Runtime, until: datetime, limit: int) -> list[Item]:
    """The oldest events that were committed before an instant and are not dispatched."""
    return next(pending_pages(runtime, until, limit))


def pending_pages(runtime: Runtime, until: datetime, page_size: int) -> Iterator[list[Item]]:
    """All events that were committed before an instant and are not dispatched, oldest first; at least one page.

    Goes on after the last one seen: what is marked meanwhile may stand in the index for a moment longer.
    """
    query = Query(
        table=runtime.outbox_table,
        index=PENDING,
        key_name=PENDING,
        key_value=PENDING,
        sort_name="occurred_at",
        sort_at_most=sortable(until),
        limit=page_size,
    )
    page = runtime.tables.query(query)
    yield page.items
    while page.next is not None:
        page = runtime.tables.query(replace(query, after=page.next))
        yield page.items
