"""Turns functions into the Lambda handler of a subscription: a batch of events, each handled alone."""

# powertools' record handler takes any callable.
# pyright: reportUnknownVariableType=false, reportUnknownLambdaType=false, reportUnknownArgumentType=false

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord

from pbckit.contracts.decoding import decoded
from pbckit.contracts.definitions import ContractError, Event
from pbckit.contracts.envelope import Envelope, EventMetadata
from pbckit.contracts.operating import late_metric
from pbckit.errors import FunctionError
from pbckit.runtime.dead_letters import send_to_dlq
from pbckit.runtime.deliveries import attempt
from pbckit.runtime.observability import count, logger, observed
from pbckit.runtime.outbox import REPLAY
from pbckit.runtime.ports import UnreadableRecord
from pbckit.runtime.records import hop
from pbckit.runtime.runtime import Runtime, lambda_runtime
from pbckit.runtime.sequences import Place
from pbckit.runtime.unit_of_work import (
    AlreadyHandled,
    ConflictingMessage,
    MessageContext,
    UnitOfWork,
    check_inbox,
    fingerprint,
)

E = TypeVar("E", bound=Event)


class NotYet(FunctionError):
    """The event came before what it builds on: it is tried again later, not lost."""


class Poison(FunctionError):
    """A message that can never be handled. It goes to the dead-letter queue, alone and at once, with this reason."""


class _BusEvent(msgspec.Struct, frozen=True):
    """An event as EventBridge delivers it to a queue, as far as it is needed."""

    source: str
    detail: msgspec.Raw
    detail_type: str = msgspec.field(name="detail-type")
    replay: str | None = msgspec.field(name="replay-name", default=None)
    """Set by EventBridge where the event comes out of the archive."""
    resources: tuple[str, ...] = ()

    def follows_from(self) -> str | None:
        """The replay of the archive that it comes from, or that what it tells follows from."""
        marks = (one.removeprefix(REPLAY) for one in self.resources if one.startswith(REPLAY))
        return self.replay or next(marks, None)


@dataclass(frozen=True, kw_only=True)
class EventContext:
    """The surroundings of an event."""

    runtime: Runtime
    cause: MessageContext
    occurred_at: datetime
    """When its source committed it."""

    def unit_of_work(self) -> UnitOfWork:
        """A transaction that also marks the event as handled, and whose events follow from it."""
        return UnitOfWork(self.runtime, self.cause)


@dataclass(frozen=True, kw_only=True)
class _Reaction:
    event: type[Event]
    handle: Callable[[Any, EventContext], None]


class Subscriber:
    """The handler of a subscription. `on` adds a reaction to an event type."""

    def __init__(self, *, reports_gaps: bool = False, knows_first: bool = False, inbox: bool = True) -> None:
        """Make one without reactions.

        Args:
            reports_gaps: report gaps in the events of each aggregate. Only where it subscribes to all events of these
                aggregates: another's number is no gap. It costs one more write an event, in the same transaction.
            knows_first: it puts off what comes before the first event of an aggregate, so that this one cannot be
                missing. Then that write is spared for each first event.
            inbox: keep a marker of each event. False where each reaction commits an item that remembers the event
                itself (`told_by`) on condition that it is not there, and compares when it is (`check_told`).
        """
        self._reports_gaps = reports_gaps
        self._knows_first = knows_first
        self._inbox = inbox
        self._reactions: dict[tuple[str, str], _Reaction] = {}

    def on(self, event: type[E]) -> Callable[[Callable[[E, EventContext], None]], Callable[[E, EventContext], None]]:
        """React to an event type."""

        def register(handle: Callable[[E, EventContext], None]) -> Callable[[E, EventContext], None]:
            self._reactions[event.source, event.detail_type()] = _Reaction(event=event, handle=handle)
            return handle

        return register

    def __call__(self, event: dict[str, Any], context: Any) -> Any:
        """What Lambda calls. Answers with the messages that are to be delivered again."""
        with observed(context):
            return self.answer(event, lambda_runtime("STORE_TABLE", "DLQ_URL"), context)

    def answer(self, event: dict[str, Any], runtime: Runtime, context: Any = None) -> Any:
        """Handle a batch of messages in a given world. Answers with those that are to be delivered again."""
        return process_partial_response(
            event=event,
            record_handler=lambda record: self._receive(record, runtime),
            # It remembers what it is at: one for each batch, as two may be under way.
            processor=BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False),
            context=context,
        )

    def _receive(self, record: SQSRecord, runtime: Runtime) -> None:
        with attempt(record, runtime) as attempts:
            self.consume(record.body, runtime, attempts=attempts)

    def consume(self, body: str, runtime: Runtime, *, attempts: int = 1) -> None:
        """Handle one message in a given world. A poison message is put aside, and so is one whose last attempt fails.

        Raises:
            NotYet: it came before what it builds on.
            Exception: whatever hinders it now; it is delivered again.
        """
        try:
            self._handle(body, runtime)
        except (Poison, ConflictingMessage, ContractError, UnreadableRecord, msgspec.DecodeError) as error:
            send_to_dlq(body, runtime, reason=_reason(error), attempts=attempts)
        except Exception as error:
            # Whatever it is: the queue would set it aside after this attempt anyway, but without its reason.
            if attempts < runtime.maximum_receives:
                raise
            send_to_dlq(body, runtime, reason=_reason(error), attempts=attempts)

    def _handle(self, body: str, runtime: Runtime) -> None:
        received = msgspec.json.decode(body, type=_BusEvent)
        reaction = self._reactions.get((received.source, received.detail_type))
        if reaction is None:
            raise Poison(f"{received.detail_type} from {received.source} is not subscribed to")
        envelope = decoded(bytes(received.detail), Envelope)
        event = decoded(bytes(envelope.data), reaction.event)
        given = envelope.metadata
        logger.set_correlation_id(given.correlation_id)
        annotations = {"correlation_id": given.correlation_id}
        name = f"{runtime.unit} on {received.detail_type}"
        with (
            hop(
                "handled",
                received.detail_type,
                given.correlation_id,
                runtime.clock,
                trace_header=given.trace_header,
                event_id=given.event_id,
                aggregate_id=given.aggregate_id,
            ) as noted,
            runtime.traces.continued(name, given.trace_header, annotations) as trace,
        ):
            cause = MessageContext(
                correlation_id=given.correlation_id,
                causation_id=given.event_id,
                trace_header=trace,
                actor=received.source,
                event_id=given.event_id,
                fingerprint=fingerprint(bytes(envelope.data)),
                place=self._place(received.source, given) if self._reports_gaps else None,
                inbox=self._inbox,
                replay=received.follows_from(),
                began_at=given.began_at or given.occurred_at,
            )
            try:
                check_inbox(runtime, cause)
                reaction.handle(event, EventContext(runtime=runtime, cause=cause, occurred_at=given.occurred_at))
            except AlreadyHandled:
                count("Duplicates")
                noted.outcome = "known already"
                return
        # What is replayed, and what follows from it, is old on purpose.
        if cause.replay is None:
            _tell_delay(received.detail_type, given, runtime)

    def _place(self, source: str, given: EventMetadata) -> Place:
        return Place(
            source=source,
            aggregate_id=given.aggregate_id,
            sequence=given.sequence,
            knows_first=self._knows_first,
        )


def _tell_delay(event: str, given: EventMetadata, runtime: Runtime) -> None:
    """How long the event was on its way, and, where its type has a service level, whether it is late."""
    now = runtime.clock.now()
    count("DeliveryLag", (now - given.occurred_at).total_seconds(), MetricUnit.Seconds)
    limit = runtime.late_after.get(event)
    if limit is not None:
        count(late_metric(event), (now - (given.began_at or given.occurred_at)).total_seconds() > limit)


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
