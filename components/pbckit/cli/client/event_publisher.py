"""Publishing events of outside sources, as their systems would."""

import random
import secrets
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from pbckit.cli.client.session import Session
from pbckit.cli.errors import OperatorError, Unreachable
from pbckit.contracts.definitions import Event
from pbckit.contracts.envelope import EventMetadata
from pbckit.runtime.identifiers import uuid7

_ENTRIES_IN_A_REQUEST = 10
_ATTEMPTS = 5
_FIRST_PAUSE_SECONDS = 0.1


def publish(session: Session, events: Sequence[Event], on_accepted: Callable[[int], None]) -> None:
    """Put events on the bus, ten at a time; what the bus does not take is tried again alone.

    Raises:
        Unreachable: the bus cannot be reached.
        OperatorError: the bus does not take some, however often they are tried.
    """
    for start in range(0, len(events), _ENTRIES_IN_A_REQUEST):
        batch = events[start : start + _ENTRIES_IN_A_REQUEST]
        _publish_batch(session, [_entry(session, event) for event in batch])
        on_accepted(len(batch))


def _publish_batch(session: Session, entries: list[dict[str, Any]]) -> None:
    errors: set[str] = set()
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_FIRST_PAUSE_SECONDS * 2**attempt)
        entries, errors = _not_taken(session, entries)
        if not entries:
            return
    raise OperatorError(f"the bus does not take {len(entries)} events: {', '.join(sorted(errors))}")


def _not_taken(session: Session, entries: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], set[str]]:
    """Put entries on the bus; PutEvents answers with success even where it did not take some of them."""
    try:
        answer = session.client("events").put_events(Entries=entries)
    except (BotoCoreError, ClientError) as error:
        raise Unreachable(f"cannot publish: {error}") from error
    failed = [
        (entry, result) for entry, result in zip(entries, answer["Entries"], strict=True) if "ErrorCode" in result
    ]
    errors = {f"{result['ErrorCode']}: {result.get('ErrorMessage')}" for _, result in failed}
    return [entry for entry, _ in failed], errors


def _entry(session: Session, event: Event) -> dict[str, Any]:
    now = datetime.now(UTC)
    event_id = uuid7(now, random.SystemRandom())
    trace = f"Root=1-{int(now.timestamp()):08x}-{secrets.token_hex(12)};Parent={secrets.token_hex(8)};Sampled=1"
    metadata = EventMetadata(
        event_id=event_id,
        occurred_at=now,
        schema_version=type(event).schema_version,
        aggregate_id=event.aggregate_id,
        sequence=1,
        correlation_id=event_id,
        trace_header=trace,
    )
    return {
        "EventBusName": session.names.bus_name(),
        "Source": type(event).source,
        "DetailType": event.detail_type(),
        "Detail": msgspec.json.encode({"metadata": metadata, "data": event}).decode(),
        "Time": now,
        "TraceHeader": trace,
    }
