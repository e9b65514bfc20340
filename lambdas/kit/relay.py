"""Lambda handler on the outbox's stream: publishes what was committed, then marks it."""

from collections.abc import Mapping
from typing import Any

from lambdas.kit.aws import stream_image
from lambdas.kit.observability import count, logger, observed
from lambdas.kit.outbox import mark_dispatched, outgoing, publish
from lambdas.kit.ports import Item
from lambdas.kit.runtime import Runtime, lambda_runtime


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """What Lambda calls: a batch of stream records of one shard, in order."""
    with observed(context):
        records = [
            (record["dynamodb"]["SequenceNumber"], stream_image(record))
            for record in event["Records"]
            if record["eventName"] == "INSERT"
        ]
        failed = relay(records, lambda_runtime())
        return {"batchItemFailures": [{"itemIdentifier": failed}] if failed else []}


def relay(records: list[tuple[str, Item]], runtime: Runtime) -> str | None:
    """Publish committed events in the order of the stream, and mark those that are on the bus.

    Returns:
        Sequence number of the first record that could not be published: Lambda delivers it and all after it again.
        None where all went well.
    """
    if runtime.bus is None:
        raise RuntimeError("a relay needs a bus")
    events = [outgoing(item) for _, item in records]
    failed = publish(events, runtime.bus, runtime.clock, runtime.random)
    for event in events:
        if event.event_id not in failed:
            mark_dispatched(event.event_id, runtime.tables, runtime.outbox_table, runtime.clock)
    count("EventsRelayed", len(events) - len(failed))
    if not failed:
        return None
    logger.error("not taken by the bus", events=sorted(failed))
    return next(number for (number, _), event in zip(records, events, strict=True) if event.event_id in failed)
