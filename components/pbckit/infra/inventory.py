"""What was made in a unit that its unit admin looks after."""

from dataclasses import dataclass, field

from pbckit.infra.iam import Grant


@dataclass(frozen=True, kw_only=True)
class QueueEntry:
    """A queue that feeds a consumer."""

    thing: str
    arn: str
    url: str
    rule_arn: str
    """The rule that feeds the queue."""
    source: str
    """Whose events it brings."""


@dataclass(frozen=True, kw_only=True)
class DeadLetterEntry:
    """A dead-letter queue."""

    thing: str
    arn: str
    url: str
    origin_arn: str | None
    """The queue that its letters came from. None for failures of the outbox's stream: they came from no queue."""


@dataclass(frozen=True, kw_only=True)
class OutboxEntry:
    """An outbox."""

    grant: Grant
    """Reading what is pending."""
    sweeper_arn: str


@dataclass(kw_only=True)
class Inventory:
    """Filled by the components as they are made."""

    queues: list[QueueEntry] = field(default_factory=list[QueueEntry])
    dead_letters: list[DeadLetterEntry] = field(default_factory=list[DeadLetterEntry])
    log_groups: list[str] = field(default_factory=list[str])
    outbox: OutboxEntry | None = None
