"""State, inbox marker and events, committed in one transaction or not at all."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from pbckit.contracts.definitions import Event
from pbckit.contracts.envelope import EventMetadata
from pbckit.errors import FunctionError
from pbckit.runtime.identifiers import derived_event_id, uuid7
from pbckit.runtime.limits import require_fitting
from pbckit.runtime.outbox import OutboxRecord, outbox_item
from pbckit.runtime.ports import ConditionFailed, Operation, Put, TransactionConflict
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.sequences import Place, follow, reported

_ATTEMPTS = 12
_FIRST_PAUSE_SECONDS = 0.02
_LONGEST_PAUSE_SECONDS = 1.0
_MARKER = "marker"

UNKNOWN_ACTOR = "unknown"
"""The actor of a message that names none."""

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class MessageContext:
    """Why something is done: what its events inherit, and, for an event, how to know it again."""

    correlation_id: str
    causation_id: str | None = None
    trace_header: str | None = None
    actor: str = UNKNOWN_ACTOR
    event_id: str | None = None
    """Set where an event is the cause: its inbox marker is part of the transaction."""
    fingerprint: str = ""
    """Hash of that event's content: the same id with another one is refused."""
    place: Place | None = None
    """Where that event stands among those of its aggregate, if gaps are to be reported."""
    replay: str | None = None
    """The replay of the archive that all of it follows from."""
    began_at: datetime | None = None
    """When the event was committed that all of it follows from; None where nothing came before."""
    inbox: bool = True
    """False where what is committed remembers the event itself: there is no marker beside it."""


class ToldBy(msgspec.Struct, frozen=True, kw_only=True):
    """The event that an item was written for, kept in it where it takes the place of an inbox marker."""

    event_id: str
    fingerprint: str


class InboxMarker(msgspec.Struct, frozen=True, kw_only=True):
    """What the inbox remembers of an event that was handled."""

    fingerprint: str
    expires_at: int


class AlreadyHandled(FunctionError):
    """The inbox knows the event: its effect is committed. Not a failure."""


class ConflictingMessage(FunctionError):
    """An event id that was handled before came again with other content."""


class StillContended(FunctionError):
    """Other writers were faster every time. Nothing was written; the message is tried again later."""


class UnitOfWork:
    """Collects what is to be committed."""

    def __init__(self, runtime: Runtime, cause: MessageContext) -> None:
        self._runtime = runtime
        self._cause = cause
        self._operations: list[Operation] = []
        self._told: list[Put] = []
        """Outbox items among the operations."""

    def add(self, *operations: Operation) -> None:
        """Change state."""
        self._operations += operations

    def publish(self, event: Event, *, sequence: int) -> EventMetadata:
        """Tell of it, once the state is committed.

        Where an event is the cause, the id of what follows from it is always the same: what a consumer tells that lost
        its memory and gets the cause again is known to whoever was told it.

        Args:
            event: what happened.
            sequence: its number among the events of its aggregate, from 1.
        """
        at = self._runtime.clock.now()
        metadata = EventMetadata(
            event_id=self._event_id(event, at),
            occurred_at=at,
            schema_version=type(event).schema_version,
            aggregate_id=event.aggregate_id,
            sequence=sequence,
            correlation_id=self._cause.correlation_id,
            causation_id=self._cause.causation_id,
            trace_header=self._cause.trace_header,
            began_at=self._cause.began_at,
        )
        put = Put(
            table=self._runtime.outbox_table,
            item=outbox_item(event, metadata, replay=self._cause.replay),
            read_as=OutboxRecord,
            expect={"event_id": None},
        )
        self._told.append(put)
        self._operations.append(put)
        return metadata

    def commit(self) -> None:
        """Commit all of it, trying again while other writers are at the same items.

        Raises:
            ConditionFailed: the state is not as expected; read it again and decide anew.
            AlreadyHandled: the causing event was handled before.
            ConflictingMessage: the causing event's id was handled before, with other content.
            TransactionConflict: other writers were faster every time.
            TransactionTooLarge: it does not fit into one transaction.
        """
        marker, place = self._marker(), self._cause.place
        seen = follow(place, self._runtime) if place else None
        operations = [operation for operation in (marker, seen, *self._operations) if operation is not None]
        require_fitting(operations)
        try:
            self._transact(operations)
        except ConditionFailed as error:
            if marker is not None and marker in error.failed:
                check_inbox(self._runtime, self._cause)
            if any(failed is not seen and failed not in self._told for failed in error.failed):
                raise
            # Only what must not stop the rest: a gap is reported, and what lies in the outbox is told anyway.
            instead = reported(place, self._runtime) if place and seen in error.failed else None
            kept = [operation for operation in operations if operation not in error.failed]
            self._transact([*kept, instead] if instead else kept)

    def _transact(self, operations: Sequence[Operation]) -> None:
        retry(TransactionConflict, lambda: self._runtime.tables.transact(operations), self._runtime)

    def _event_id(self, event: Event, at: datetime) -> str:
        if self._cause.event_id is None:
            return uuid7(at, self._runtime.random)
        return derived_event_id(self._cause.event_id, self._runtime.unit, event.detail_type(), len(self._told))

    def _marker(self) -> Put | None:
        if self._cause.event_id is None or not self._cause.inbox:
            return None
        until = self._runtime.clock.now() + timedelta(days=self._runtime.inbox_days)
        item = {
            **_marker_key(self._cause.event_id),
            "fingerprint": self._cause.fingerprint,
            # TTL deletes late, never early: the window is at least this long.
            "expires_at": int(until.timestamp()),
        }
        return Put(table=self._runtime.store_table, item=item, read_as=InboxMarker, expect={"pk": None})


def check_inbox(runtime: Runtime, cause: MessageContext) -> None:
    """Look the causing event up in the inbox.

    Raises:
        AlreadyHandled: it was handled before.
        ConflictingMessage: its id was, with other content, and this is no replay.
    """
    if cause.event_id is None or not cause.inbox:
        return
    marker = runtime.tables.get(runtime.store_table, _marker_key(cause.event_id))
    if marker is not None:
        check_told(ToldBy(event_id=cause.event_id, fingerprint=marker["fingerprint"]), cause)


def told_by(cause: MessageContext) -> ToldBy | None:
    """What an item remembers of the event that it is written for; None where no event is the cause."""
    return ToldBy(event_id=cause.event_id, fingerprint=cause.fingerprint) if cause.event_id is not None else None


def check_told(before: ToldBy | None, cause: MessageContext) -> None:
    """Compare the causing event with the one that an item was written for.

    Raises:
        AlreadyHandled: it is the same.
        ConflictingMessage: it has the same id and other content, and this is no replay.
    """
    if before is None or before.event_id != cause.event_id:
        return
    # Whoever is told anew in a replay may tell it otherwise, as it met events in another order: what was told stands.
    if before.fingerprint != cause.fingerprint and cause.replay is None:
        raise ConflictingMessage(f"event {cause.event_id} was handled before with other content")
    raise AlreadyHandled(before.event_id)


def retry_on_conflict(work: Callable[[], T], runtime: Runtime) -> T:
    """Read, decide and commit again while others change what was read.

    Raises:
        StillContended: others were faster every time.
    """
    try:
        return retry(ConditionFailed, work, runtime)
    except ConditionFailed as error:
        raise StillContended(str(error)) from error


def retry(failure: type[Exception], work: Callable[[], T], runtime: Runtime) -> T:
    """Try again, with growing pauses and full jitter, while it fails in one way. The last failure is raised."""
    for attempt in range(_ATTEMPTS - 1):
        try:
            return work()
        except failure:
            longest = min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**attempt)
            runtime.clock.sleep(runtime.random.uniform(0, longest))
    return work()


def fingerprint(content: bytes) -> str:
    """Hash of a message's content. Spacing and the order of fields are not content: whoever passes JSON on may change
    them.
    """
    canonical = msgspec.json.encode(msgspec.json.decode(content), order="sorted")
    return hashlib.sha256(canonical).hexdigest()


def _marker_key(event_id: str) -> dict[str, str]:
    return {"pk": f"inbox#{event_id}", "sk": _MARKER}
