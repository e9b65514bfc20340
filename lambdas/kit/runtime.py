"""The world that a function runs in, put together once at cold start."""

import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from lambdas.kit.environment import required
from lambdas.kit.ports import Bus, Clock, DeadLetters, Random, Tables


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
    """Ports and names. Tests and simulations make their own; Lambda gets `LambdaRuntime`."""

    unit: str
    tables: Tables
    store_table: str = ""
    outbox_table: str = ""
    bus: Bus | None = None
    dead_letters: DeadLetters | None = None
    inbox_days: int = 30
    pending_minutes: int = 5
    maximum_receives: int = 5
    """After so many attempts the queue would set a message aside by itself."""
    clock: Clock = field(default_factory=SystemClock)
    random: Random = field(default_factory=random.SystemRandom)


class _LambdaRuntime:
    """Makes the runtime of this function from its environment, once, when it is first needed."""

    @cached_property
    def value(self) -> Runtime:
        import os

        from lambdas.kit.aws import DynamoDb, EventBridge, Sqs

        variables = os.environ
        return Runtime(
            unit=required("UNIT"),
            tables=DynamoDb(),
            store_table=variables.get("STORE_TABLE", ""),
            outbox_table=variables.get("OUTBOX_TABLE", ""),
            bus=EventBridge(variables["BUS_NAME"]) if "BUS_NAME" in variables else None,
            dead_letters=Sqs(variables["DLQ_URL"]) if "DLQ_URL" in variables else None,
            inbox_days=int(variables.get("INBOX_DAYS", "30")),
            pending_minutes=int(variables.get("PENDING_MINUTES", "5")),
            maximum_receives=int(variables.get("MAXIMUM_RECEIVES", "5")),
        )


_here = _LambdaRuntime()


def lambda_runtime() -> Runtime:
    """The runtime of the function that this process serves."""
    return _here.value
