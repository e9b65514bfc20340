"""Lambda handler that publishes what stayed pending, because the relay or its stream failed: on a schedule what is
pending for too long, and when it is asked to, what a failure of the stream points to.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec
from aws_lambda_powertools.metrics import MetricUnit

from pbckit.errors import FunctionError
from pbckit.runtime.observability import count, observed
from pbckit.runtime.outbox import batches, dispatch, outgoing, pending_pages
from pbckit.runtime.ports import Item
from pbckit.runtime.runtime import Runtime, lambda_runtime

_AT_A_TIME = 500
_PUBLISHING = timedelta(seconds=40)
"""How long a run goes on. It has a minute, and needs some of it for what it is at."""
_CLOCKS_APART = timedelta(minutes=1)
"""How far the clock by which an event was made may be ahead of the one that stamps stream records."""


class NotRehydrated(FunctionError):
    """Some of what a failure of the stream points to is still not on the bus."""


class _Batch(msgspec.Struct, frozen=True, rename="camel"):
    shard_id: str
    start_sequence_number: str
    end_sequence_number: str
    approximate_arrival_of_last_record: datetime


class Pointer(msgspec.Struct, frozen=True):
    """What Lambda tells of stream records that it gave up on, as far as it is needed: where they were, not what."""

    batch: _Batch = msgspec.field(name="DDBStreamBatchInfo")


class _Asked(msgspec.Struct, frozen=True):
    """How the sweeper is invoked. The scheduler asks for nothing."""

    rehydrate: Pointer | None = None


def handler(event: object, context: object) -> dict[str, int]:
    """What the scheduler calls, and the unit admin of the unit with `{"rehydrate": pointer}`."""
    with observed(context):
        runtime = lambda_runtime("OUTBOX_TABLE", "BUS_NAME")
        asked = msgspec.convert(event, _Asked)
        return {"swept": sweep(runtime) if asked.rehydrate is None else rehydrate(asked.rehydrate, runtime)}


def sweep(runtime: Runtime) -> int:
    """Publish what is pending for too long, and report the age of the oldest that was found.

    One that is not taken does not hold up the others. Where a whole batch is not taken the bus is down, and the rest is
    only looked through. What a run has no time for is left to the next one.

    Returns:
        How many were published.
    """
    now = oldest = runtime.clock.now()
    swept, bus_is_up = 0, True
    for items in pending_pages(runtime, now - timedelta(minutes=runtime.pending_minutes), _AT_A_TIME):
        oldest = min([oldest, *(datetime.fromisoformat(item["occurred_at"]) for item in items)])
        for taken in _published(items, runtime) if bus_is_up else ():
            swept += taken
            bus_is_up = taken > 0
            if not bus_is_up or _is_over(now, runtime):
                break
        if _is_over(now, runtime):
            break
    count("OldestPendingAge", (now - oldest).total_seconds(), MetricUnit.Seconds)
    count("EventsSwept", swept)
    return swept


def _is_over(began: datetime, runtime: Runtime) -> bool:
    return runtime.clock.now() - began > _PUBLISHING


def rehydrate(pointer: Pointer, runtime: Runtime) -> int:
    """Publish what a failure of the stream points to, from the outbox.

    A pointer names records by sequence numbers, which the outbox does not know. An event is made before its record
    arrives in the stream, so all of the records' events that are still to be published are among those pending since
    before the last record arrived. The others among these are late too; publishing them is right, and harmless where
    somebody else does so at the same moment. Doing it again finds nothing pending, and so publishes nothing.

    Returns:
        How many were published.

    Raises:
        NotRehydrated: the bus did not take some. What it took is removed; what it did not take stays pending.
    """
    until = pointer.batch.approximate_arrival_of_last_record + _CLOCKS_APART
    published = found = 0
    for items in pending_pages(runtime, until, _AT_A_TIME):
        found += len(items)
        published += sum(_published(items, runtime))
    count("EventsRehydrated", published)
    if published < found:
        raise NotRehydrated(
            f"{found - published} of {found} events up to record {pointer.batch.end_sequence_number} of shard "
            f"{pointer.batch.shard_id} were not taken by the bus; they stay pending"
        )
    return published


def _published(items: list[Item], runtime: Runtime) -> Iterator[int]:
    """Publish events, batch by batch; gives how many of each were taken."""
    for batch in batches([outgoing(item) for item in items]):
        yield len(batch) - len(dispatch(batch, runtime))
