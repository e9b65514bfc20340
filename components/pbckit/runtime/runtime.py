"""The world that a function runs in, put together once at cold start."""

import random
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any

from pbckit.runtime.environment import environment
from pbckit.runtime.ports import Bus, Clock, DeadLetters, Deliveries, Random, Tables, Traces
from pbckit.runtime.traces import Untraced

SETTINGS_SECONDS = 1
"""How long a process on AWS may answer from what it read of a setting."""


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)


@dataclass(frozen=True, kw_only=True)
class Runtime:
    """Ports and names. Tests and simulations make their own; a Lambda function gets `lambda_runtime()`."""

    unit: str
    tables: Tables
    store_table: str = ""
    outbox_table: str = ""
    outbox_index: str = ""
    """The outbox's index of pending events, where a former release's is kept."""
    bus: Bus | None = None
    dead_letters: DeadLetters | None = None
    deliveries: Deliveries | None = None
    inbox_days: int = 30
    pending_minutes: int = 5
    maximum_receives: int = 5
    """After so many attempts the queue would set a message aside by itself."""
    late_after: Mapping[str, int] = field(default_factory=dict[str, int])
    """By type of event, the seconds after which one is late; types without a service level are missing."""
    slow_after_ms: int | None = None
    """The milliseconds after which an answer of the capability is slow; None without a service level."""
    clock: Clock = field(default_factory=SystemClock)
    random: Random = field(default_factory=random.SystemRandom)
    traces: Traces = field(default_factory=Untraced)
    settings_seconds: float = 0
    """How long what was read of a setting may answer; with zero it is read each time."""
    settings_read: dict[tuple[str, ...], tuple[datetime, Any]] = field(
        default_factory=dict[tuple[str, ...], tuple[datetime, Any]], repr=False
    )
    """What `pbckit.runtime.settings` has read, and when."""


def lambda_runtime(*needed: str) -> Runtime:
    """The runtime of the function that this process serves.

    Args:
        needed: environment variables that this kind of function cannot do without.

    Raises:
        InvalidEnvironment: a required variable is missing or invalid.
    """
    for variable in needed:
        environment().required(variable)
    return _lambda_runtime()


@cache
def _lambda_runtime() -> Runtime:
    from pbckit.runtime.aws import DynamoDb, EventBridge, Sqs, SqsDeliveries
    from pbckit.runtime.traces import XRay

    here = environment()
    return Runtime(
        unit=here.unit,
        tables=DynamoDb(),
        store_table=here.store_table or "",
        outbox_table=here.outbox_table or "",
        outbox_index=here.outbox_index or "",
        bus=EventBridge(here.bus_name) if here.bus_name else None,
        dead_letters=Sqs(here.dlq_url) if here.dlq_url else None,
        deliveries=SqsDeliveries(here.queue_url) if here.queue_url else None,
        inbox_days=here.inbox_days,
        pending_minutes=here.pending_minutes,
        maximum_receives=here.maximum_receives,
        late_after=here.late_seconds(),
        slow_after_ms=here.slow_after_ms,
        traces=XRay(),
        settings_seconds=SETTINGS_SECONDS,
    )
