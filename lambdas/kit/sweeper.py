"""Scheduled Lambda handler: publishes what stayed pending, because the relay or its stream failed."""

from datetime import datetime, timedelta

from aws_lambda_powertools.metrics import MetricUnit

from lambdas.kit.observability import count, observed
from lambdas.kit.outbox import batches, dispatch, outgoing, pending
from lambdas.kit.runtime import Runtime, lambda_runtime

_AT_A_TIME = 500


def handler(_event: object, context: object) -> dict[str, int]:
    """What the scheduler calls."""
    with observed(context):
        swept = sweep(lambda_runtime("OUTBOX_TABLE", "BUS_NAME"))
        return {"swept": swept}


def sweep(runtime: Runtime) -> int:
    """Publish the oldest events that are pending for too long, and report the age of the very oldest.

    One that is not taken does not hold up the others. Where a whole batch is not taken the bus is down, and the rest
    waits for the next run.

    Returns:
        How many were published.
    """
    now = runtime.clock.now()
    items = pending(runtime, now - timedelta(minutes=runtime.pending_minutes), _AT_A_TIME)
    oldest = (now - datetime.fromisoformat(items[0]["occurred_at"])).total_seconds() if items else 0.0
    count("OldestPendingAge", oldest, MetricUnit.Seconds)
    swept = 0
    for batch in batches([outgoing(item) for item in items]):
        taken = len(batch) - len(dispatch(batch, runtime))
        swept += taken
        if not taken:
            break
    count("EventsSwept", swept)
    return swept
