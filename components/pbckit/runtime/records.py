"""Notes in the log that operators ask for: the hops of a message, and what operators did.

A note is a log line with a `record` in it. It never holds personal data: names, times, ids, outcomes.
"""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from pbckit.contracts.definitions import ContractError
from pbckit.contracts.envelope import EventMetadata
from pbckit.contracts.operating import DeadLetter
from pbckit.runtime.observability import logger
from pbckit.runtime.ports import BusEntry, Clock

RECORD = "record"
"""Key of the note in the log line."""


class _Detail(msgspec.Struct, frozen=True):
    """An event's envelope, as far as it is needed."""

    metadata: EventMetadata


@dataclass
class Hop:
    """How a hop ends, as far as it is known."""

    outcome: str = "done"
    detail: str | None = None


@contextmanager
def hop(
    what: str,
    name: str,
    correlation_id: str,
    clock: Clock,
    *,
    started_at: datetime | None = None,
    trace_header: str | None = None,
    event_id: str | None = None,
    aggregate_id: str | None = None,
) -> Generator[Hop]:
    """Note that a message came by, with when its handling began and how it ended.

    Args:
        what: what is done with it: `answered`, `handled`, `ran`.
        name: the event or capability.
        correlation_id: of the message.
        clock: tells when.
        started_at: when its handling began, where that is before now.
        trace_header: of the message.
        event_id: of the event that is handled.
        aggregate_id: what that event is about.
    """
    started, noted = started_at or clock.now(), Hop()
    try:
        yield noted
    except ContractError as refusal:
        noted.outcome = f"refused: {type(refusal).__name__}"
        raise
    except BaseException as error:
        noted.outcome = f"failed: {type(error).__name__}"
        raise
    finally:
        note_hop(
            what,
            name,
            correlation_id=correlation_id,
            started_at=started,
            outcome=noted.outcome,
            detail=noted.detail,
            trace_id=trace_id(trace_header),
            event_id=event_id,
            aggregate_id=aggregate_id,
        )


def note_published(entry: BusEntry) -> None:
    """Note that an event is on the bus."""
    metadata = msgspec.json.decode(entry.detail, type=_Detail).metadata
    note_hop(
        "published",
        entry.detail_type,
        correlation_id=metadata.correlation_id,
        started_at=metadata.occurred_at,
        event_id=metadata.event_id,
        causation_id=metadata.causation_id,
        aggregate_id=metadata.aggregate_id,
        trace_id=trace_id(metadata.trace_header),
    )


def note_hop(
    what: str, name: str, *, correlation_id: str, outcome: str = "done", **more: str | datetime | None
) -> None:
    """Note that a message came by.

    Args:
        what: what was done with it: `answered`, `handled`, `ran`, `published`.
        name: the event or capability.
        correlation_id: of the message.
        outcome: `done`, or how it failed.
        more: other fields of `pbckit.contracts.operating.Record`.
    """
    _note(kind="hop", what=what, name=name, outcome=outcome, correlation_id=correlation_id, **more)


def note_act(what: str, letter: DeadLetter, *, actor: str, outcome: str) -> None:
    """Note what a person does with a letter. A log can only be added to: this is the audit trail."""
    _note(
        kind="act",
        what=what,
        name=f"{letter.queue}/{letter.id}",
        outcome=outcome,
        correlation_id=letter.correlation_id,
        actor=actor,
        detail=letter.reason,
    )


def trace_id(header: str | None) -> str | None:
    """The trace that a header belongs to; None where there is none."""
    for part in (header or "").split(";"):
        key, _, value = part.partition("=")
        if key == "Root":
            return value
    return None


def _note(**fields: Any) -> None:
    given = {
        key: value.isoformat() if isinstance(value, datetime) else value
        for key, value in fields.items()
        if value is not None
    }
    logger.info(f"{fields['what']} {fields['name']}", extra={RECORD: given})
