"""What a unit admin needs of AWS besides the kernel's own ports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pbckit.errors import FunctionError


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message as SQS hands it out."""

    id: str
    handle: str
    body: str
    attributes: Mapping[str, str]
    """What the sender told of it."""
    sent_at: datetime
    received: int
    """How often it was handed out, this time included."""
    moved_from: str | None = None
    """ARN of the queue that SQS took it from by itself."""


@dataclass(frozen=True, kw_only=True)
class Depth:
    """How many messages a queue holds, about."""

    waiting: int
    in_flight: int
    delayed: int


@dataclass(frozen=True, kw_only=True)
class LogLine:
    """A line of a function's log."""

    at: datetime
    log_group: str
    text: str


class Queues(Protocol):
    """SQS."""

    def receive(self, url: str, at_most: int, hold_seconds: int) -> Sequence[Message]:
        """Some messages, hidden from others for so long. None only where there are none, as far as SQS knows."""
        ...

    def send(self, url: str, body: str) -> None:
        """Put a message into a queue."""
        ...

    def delete(self, url: str, handle: str) -> None:
        """Take a message away for good."""
        ...

    def release(self, url: str, handle: str) -> None:
        """Let others have a message at once."""
        ...

    def depth(self, url: str) -> Depth:
        """How many messages there are, about."""
        ...


class Logs(Protocol):
    """CloudWatch Logs."""

    def find(self, log_group: str, terms: Sequence[str], since: datetime, until: datetime) -> Sequence[LogLine]:
        """Lines that have all the terms in them, by time. None from a log group that nobody has written to."""
        ...


class Sweeper(Protocol):
    """The unit's sweeper."""

    def rehydrate(self, pointer: str) -> None:
        """Publish what a failure of the outbox's stream points to.

        Raises:
            SweepFailed: it could not.
        """
        ...


class SweepFailed(FunctionError):
    """The sweeper did not publish what it was pointed to."""


@dataclass(frozen=True, kw_only=True)
class UnitAdminPorts:
    """All of them."""

    queues: Queues
    logs: Logs
    sweeper: Sweeper
