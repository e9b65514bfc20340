"""Scheduled Lambda handler: publishes what stayed pending, because the relay or its stream failed."""

from datetime import datetime, timedelta

from lambdas.kit.observability import count, observed
from lambdas.kit.outbox import mark_dispatched, outgoing, pending, publish
from lambdas.kit.runtime import Runtime, lambda_runtime

_AT_A_TIME = 500


def handler(_event: object, context: object) -> dict[str, int]:
    """What the scheduler calls."""
    with observed(context):
        swept = sweep(lambda_runtime())
        return {"swept": swept}


def sweep(runtime: Runtime) -> int:
    """Publish and mark events that are pending for too long; report the age of the oldest.

    Returns:
        How many were published.
    """
    if runtime.bus is None:
        raise RuntimeError("a sweeper needs a bus")
    now = runtime.clock.now()
    items = pending(runtime.tables, runtime.outbox_table, now - timedelta(minutes=runtime.pending_minutes), _AT_A_TIME)
    oldest = (now - datetime.fromisoformat(items[0]["occurred_at"])).total_seconds() if items else 0.0
    count("OldestPendingAge", oldest)
    events = [outgoing(item) for item in items]
    failed = publish(events, runtime.bus, runtime.clock, runtime.random)
    for event in events:
        if event.event_id not in failed:
            mark_dispatched(event.event_id, runtime.tables, runtime.outbox_table, runtime.clock)
    count("EventsSwept", len(events) - len(failed))
    return len(events) - len(failed)
