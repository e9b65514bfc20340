"""The envelope every message travels in: `{"metadata": …, "data": …}`, on the bus and in calls alike."""

import msgspec

from pbckit.contracts.vocabulary import Instant


class EventMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """What is known about an event besides its content. Set once, when the event is committed."""

    event_id: str
    """UUIDv7. Consumers drop an id that they have seen."""
    occurred_at: Instant
    """When the source committed it (UTC), not when it was relayed."""
    schema_version: int
    """Major version of the event's schema."""
    aggregate_id: str
    """What the event is about, for example an order."""
    sequence: int
    """1, 2, 3 … per aggregate of one source: a gap means that an event is missing or still on its way."""
    correlation_id: str
    """One id for all that follows from one external fact."""
    causation_id: str | None = None
    """`event_id` of the event that caused this one."""
    trace_header: str | None = None
    """X-Ray trace header: carries the trace across the outbox."""
    began_at: Instant | None = None
    """When the event was committed that all of this correlation follows from (UTC); this one itself without it."""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it stands in `detail` on the bus. `data` is decoded apart, by the event's own type."""

    metadata: EventMetadata
    data: msgspec.Raw


class CallMetadata(msgspec.Struct, frozen=True, kw_only=True):
    """Context that a caller sends with a call."""

    correlation_id: str
    causation_id: str | None = None
    actor: str | None = None
    """Who asks, for the audit trail of changes: a unit key or a person's name."""
    trace_header: str | None = None
    """X-Ray trace header of the event that led to the call; without it the call's own trace goes on."""
    began_at: Instant | None = None
    """When the event was committed that the call follows from in the end (UTC)."""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A capability's no: part of its contract, and not a failure of its function."""

    error: str
    """Name of one of the contract's errors, for example `UnknownOrder`."""
    message: str
    """What is wrong, where, and what is allowed."""


class Reply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a capability returns: exactly one of the two. `answer` is decoded apart, by the response type."""

    answer: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    refusal: Refusal | msgspec.UnsetType = msgspec.UNSET


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A request to a capability. `data` is decoded apart, by the capability's own request type."""

    metadata: CallMetadata
    data: msgspec.Raw
