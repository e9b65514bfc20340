"""The unit admin: what each unit lets operators see and mend of itself. The same contract for every unit."""

from functools import cache
from typing import Annotated, Literal

from msgspec import Meta

from pbckit.contracts.definitions import UNIT_ADMIN, Capability, ContractError, Message, Request
from pbckit.contracts.vocabulary import Instant

FALLBACKS = "fallbacks: "
"""How the detail of a workflow's hop begins that answered with fallbacks; their names follow, with commas."""

LATE_AFTER = "LATE_AFTER"
"""Environment variable of a consumer with a service level: by type of event, the seconds after which it is late."""


def late_metric(event: str) -> str:
    """The metric that says of each event of a type whether it was handled late: 1, or 0. Its average is their share."""
    return f"Late{event}"


SLOW_AFTER_MS = "SLOW_AFTER_MS"
"""Environment variable of a capability with a service level: the milliseconds after which an answer is slow."""


def slow_metric(capability: str) -> str:
    """The metric that says of each answer of a capability whether it was slow: 1, or 0. Its average is their share."""
    return f"Slow{''.join(part.capitalize() for part in capability.split('-'))}"


LETTERS_AT_A_TIME = 10
"""The most that SQS hands out at once."""

_Count = Annotated[int, Meta(ge=0)]
_Batch = Annotated[int, Meta(ge=1, le=LETTERS_AT_A_TIME)]
_Seconds = Annotated[int, Meta(ge=0, le=900)]
_Text = Annotated[str, Meta(min_length=1, max_length=200)]


class UnknownQueue(ContractError):
    """The unit has no such dead-letter queue. The message names those that it has."""


class NotRedrivable(ContractError):
    """The place that the letter came from takes it back no more."""


class GetHealth(Request, frozen=True, kw_only=True, tag_field="ask", tag="health"):
    """How is the unit?"""


class Selection(Request, frozen=True, kw_only=True):
    """Which dead letters: those that fit everything that is given. All of them without anything."""

    ids: tuple[str, ...] = ()
    reason: _Text | None = None
    """Part of the reason; upper and lower case are the same."""
    source: _Text | None = None
    """Who set it aside."""
    correlation_id: _Text | None = None
    set_aside_after: Instant | None = None
    set_aside_before: Instant | None = None


class HandleDeadLetters(Request, frozen=True, kw_only=True, tag_field="ask", tag="letters"):
    """Take the next few letters of a dead-letter queue, and do one thing with those that are selected.

    Letters that stay are hidden from the next question for `hold_seconds`, so that asking again goes on to others;
    `Release` gives them back at once. Whoever asks and dies loses nothing: they come back by themselves.
    """

    queue: _Text
    action: Literal["look", "redrive", "discard"]
    selection: Selection = Selection()
    at_most: _Batch = LETTERS_AT_A_TIME
    hold_seconds: _Seconds = 60


class Release(Request, frozen=True, kw_only=True, tag_field="ask", tag="release"):
    """Give back letters that are held."""

    queue: _Text
    handles: Annotated[list[str], Meta(max_length=LETTERS_AT_A_TIME)]


class FindRecords(Request, frozen=True, kw_only=True, tag_field="ask", tag="records"):
    """What the unit's functions noted: hops of messages, or acts of operators."""

    kind: Literal["hop", "act"]
    since: Instant
    until: Instant
    text: _Text | None = None
    """Only records with this in them, for example a correlation id."""
    limit: Annotated[int, Meta(ge=1, le=1000)] = 1000


class AdminRequest(Request, frozen=True, kw_only=True):
    """One question to a unit admin."""

    question: GetHealth | HandleDeadLetters | Release | FindRecords


class QueueDepth(Message, frozen=True, kw_only=True):
    """How many messages a queue holds, as far as SQS knows."""

    queue: str
    waiting: _Count
    in_flight: _Count
    """Handed out and not yet deleted; of a dead-letter queue, held by an operator's listing."""
    delayed: _Count = 0


class InboundQueue(Message, frozen=True, kw_only=True):
    """A queue by which events come in."""

    depth: QueueDepth
    rule_arn: str
    """The rule of the bus that feeds it: what a replay is confined to."""
    source: str
    """Whose events it brings."""


class Health(Message, frozen=True, kw_only=True, tag_field="type", tag="health"):
    unit: str
    pending_events: _Count
    """Committed, and not yet on the bus."""
    more_pending: bool
    """There are more than were counted."""
    oldest_pending_seconds: float | None
    """Age of the oldest that was counted."""
    queues: list[InboundQueue]
    dead_letters: list[QueueDepth]


class DeadLetter(Message, frozen=True, kw_only=True):
    """A message that could not be handled, and what is known of it."""

    id: str
    queue: str
    reason: str
    source: str
    """Who set it aside: a unit, a workflow, or the AWS service."""
    attempts: int
    correlation_id: str
    set_aside_at: Instant
    body: str
    outcome: Literal["held", "redriven", "discarded"]


class DeadLetterBatch(Message, frozen=True, kw_only=True, tag_field="type", tag="letters"):
    letters: list[DeadLetter]
    """Those selected, with what became of them."""
    taken: _Count
    """How many were looked at; 0 means that the queue has no more."""
    held: list[str]
    """Handles of all that stay."""


class Released(Message, frozen=True, kw_only=True, tag_field="type", tag="released"):
    released: _Count


class Record(Message, frozen=True, kw_only=True):
    """A line that a function noted."""

    at: Instant
    unit: str
    function: str
    kind: Literal["hop", "act"]
    what: str
    """For example `handled` or `redrive`."""
    name: str
    """What it was done with: an event, a capability, a letter."""
    outcome: str
    correlation_id: str
    event_id: str | None = None
    causation_id: str | None = None
    aggregate_id: str | None = None
    trace_id: str | None = None
    started_at: Instant | None = None
    actor: str | None = None
    detail: str | None = None
    request_id: str | None = None
    """Of the function's invocation: every line that it wrote meanwhile has it."""


class Records(Message, frozen=True, kw_only=True, tag_field="type", tag="records"):
    records: list[Record]
    """By time."""
    more: bool
    """There are more than `limit`."""


class AdminAnswer(Message, frozen=True, kw_only=True):
    answer: Health | DeadLetterBatch | Released | Records


@cache
def unit_admin(unit: str) -> Capability[AdminRequest, AdminAnswer]:
    """The contract of a unit admin. Only operators may ask."""
    return Capability(
        unit=unit,
        name=UNIT_ADMIN,
        request=AdminRequest,
        response=AdminAnswer,
        callers=("operations",),
        errors=(UnknownQueue, NotRedrivable),
        changes_state=True,
    )
