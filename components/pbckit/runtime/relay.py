"""Lambda handler on the outbox's stream: publishes what was committed, then removes it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pbckit.runtime.aws import stream_image
from pbckit.runtime.observability import count, observed
from pbckit.runtime.outbox import batches, dispatch, outgoing
from pbckit.runtime.ports import Item
from pbckit.runtime.runtime import Runtime, lambda_runtime


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """What Lambda calls: a batch of stream records of one shard, in order."""
    with observed(context):
        records = [
            (record["dynamodb"]["SequenceNumber"], stream_image(record))
            for record in event["Records"]
            if record["eventName"] == "INSERT"
        ]
        failed = relay(records, lambda_runtime("OUTBOX_TABLE", "BUS_NAME"))
        return {"batchItemFailures": [{"itemIdentifier": failed}] if failed else []}


def relay(records: Sequence[tuple[str, Item]], runtime: Runtime) -> str | None:
    """Publish committed events in the order of the stream.

    What comes after a batch that was not taken whole is left alone: it is delivered again anyway.

    Returns:
        Sequence number of the first record that could not be published: Lambda delivers it and all after it again.
        None where all went well.
    """
    numbers = {item["event_id"]: number for number, item in records}
    for batch in batches([outgoing(item) for _, item in records]):
        refused = dispatch(batch, runtime)
        count("EventsRelayed", len(batch) - len(refused))
        if refused:
            return next(numbers[event.event_id] for event in batch if event.event_id in refused)
    return None
