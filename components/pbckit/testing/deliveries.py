"""Events as AWS delivers them to functions: through a queue, and through a table's stream."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from boto3.dynamodb.types import TypeSerializer

from pbckit.contracts.definitions import Event
from pbckit.runtime.ports import Item
from pbckit.testing.world import BEGIN

ACCOUNT, REGION = "000000000000", "eu-central-1"

_serializer = TypeSerializer()


def bus_event(event: Event, *, event_id: str = "event-1", occurred_at: datetime = BEGIN, **metadata: Any) -> str:
    """An event as EventBridge puts it into a queue."""
    detail = {
        "metadata": {
            "event_id": event_id,
            "occurred_at": occurred_at.isoformat(),
            "schema_version": event.schema_version,
            "aggregate_id": event.aggregate_id,
            "sequence": 1,
            "correlation_id": "correlation-1",
            **metadata,
        },
        "data": msgspec.to_builtins(event),
    }
    return json.dumps(
        {
            "version": "0",
            "id": "5c5e2d5a-3d0c-4b6b-a9f3-7f4f6f6b3f2e",
            "detail-type": event.detail_type(),
            "source": event.source,
            "account": ACCOUNT,
            "time": occurred_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": REGION,
            "resources": [],
            "detail": detail,
        }
    )


def changed(body: str, **data: Any) -> str:
    """An event with other content under the same id."""
    document = json.loads(body)
    document["detail"]["data"] |= data
    return json.dumps(document)


def sqs_batch(bodies: Sequence[str], *, attempts: int = 1) -> dict[str, Any]:
    """Messages as Lambda hands them over, with ids `message-0`, `message-1` and so on."""
    return {"Records": [_sqs_record(number, body, attempts) for number, body in enumerate(bodies)]}


def _sqs_record(number: int, body: str, attempts: int) -> dict[str, Any]:
    return {
        "messageId": f"message-{number}",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": str(attempts),
            "SentTimestamp": "1780315200000",
            "SenderId": "AIDAIENQZJOLO23YVJ4VO",
            "ApproximateFirstReceiveTimestamp": "1780315200001",
        },
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:{ACCOUNT}:queue",
        "awsRegion": REGION,
    }


def stream_batch(items: Sequence[Item], event_name: str = "INSERT") -> dict[str, Any]:
    """New items as Lambda hands them over, with sequence numbers `100`, `101` and so on."""
    return {"Records": [_stream_record(str(100 + number), item, event_name) for number, item in enumerate(items)]}


def _stream_record(number: str, item: Item, event_name: str) -> dict[str, Any]:
    image = {name: _serializer.serialize(value) for name, value in item.items()}
    return {
        "eventID": number,
        "eventName": event_name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": REGION,
        "dynamodb": {
            "ApproximateCreationDateTime": 1780315200,
            "Keys": {"event_id": image["event_id"]},
            "NewImage": image,
            "SequenceNumber": number,
            "SizeBytes": 500,
            "StreamViewType": "NEW_IMAGE",
        },
        "eventSourceARN": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/outbox/stream/2026-06-01T00:00:00.000",
    }
