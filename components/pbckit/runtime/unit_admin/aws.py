"""The unit admin's ports on AWS."""

# boto3 has no types of its own.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
import msgspec
from botocore.config import Config
from botocore.exceptions import ClientError

from pbckit.runtime.unit_admin.ports import Depth, LogLine, Message, SweepFailed

_CONFIG = Config(connect_timeout=2, read_timeout=55, retries={"max_attempts": 3, "mode": "standard"})
_WAIT_SECONDS = 1
"""Asks all of SQS's servers: without waiting it asks a few, and may find nothing where there is something."""
_COUNTED = {
    "waiting": "ApproximateNumberOfMessages",
    "in_flight": "ApproximateNumberOfMessagesNotVisible",
    "delayed": "ApproximateNumberOfMessagesDelayed",
}


@cache
def _client(service: str) -> Any:
    return boto3.client(service, config=_CONFIG)


class Sqs:
    """`Queues` on SQS."""

    def receive(self, url: str, at_most: int, hold_seconds: int) -> Sequence[Message]:
        """Some messages, hidden from others for so long."""
        answer = _client("sqs").receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=at_most,
            VisibilityTimeout=hold_seconds,
            WaitTimeSeconds=_WAIT_SECONDS,
            MessageAttributeNames=["All"],
            MessageSystemAttributeNames=["SentTimestamp", "ApproximateReceiveCount", "DeadLetterQueueSourceArn"],
        )
        return [_message(one) for one in answer.get("Messages", [])]

    def send(self, url: str, body: str) -> None:
        """Put a message into a queue."""
        _client("sqs").send_message(QueueUrl=url, MessageBody=body)

    def delete(self, url: str, handle: str) -> None:
        """Take a message away for good."""
        _client("sqs").delete_message(QueueUrl=url, ReceiptHandle=handle)

    def release(self, url: str, handle: str) -> None:
        """Let others have a message at once."""
        try:
            _client("sqs").change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=0)
        except ClientError as error:
            # It was given back already, or has been taken by somebody else since: what was wanted is so.
            if error.response["Error"]["Code"] not in ("MessageNotInflight", "ReceiptHandleIsInvalid"):
                raise

    def depth(self, url: str) -> Depth:
        """How many messages there are, about."""
        attributes = _client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=list(_COUNTED.values()))
        return Depth(**{name: int(attributes["Attributes"].get(there, 0)) for name, there in _COUNTED.items()})


class CloudWatchLogs:
    """`Logs` on CloudWatch."""

    def find(self, log_group: str, terms: Sequence[str], since: datetime, until: datetime) -> Sequence[LogLine]:
        """Lines that have all the terms in them, by time."""
        pages = (
            _client("logs")
            .get_paginator("filter_log_events")
            .paginate(
                logGroupName=log_group,
                filterPattern=" ".join(f'"{term}"' for term in terms),
                startTime=_milliseconds(since),
                endTime=_milliseconds(until),
            )
        )
        return [
            LogLine(at=_instant(event["timestamp"]), log_group=log_group, text=event["message"])
            for page in pages
            for event in page["events"]
        ]


class LambdaSweeper:
    """`Sweeper` that invokes the unit's own."""

    def __init__(self, arn: str | None) -> None:
        self._arn = arn

    def rehydrate(self, pointer: str) -> None:
        """Publish what a failure of the outbox's stream points to."""
        if self._arn is None:
            raise SweepFailed("the unit has no outbox")
        try:
            payload = msgspec.json.encode({"rehydrate": msgspec.json.decode(pointer)})
        except msgspec.DecodeError as error:
            raise SweepFailed(f"the letter points to nothing: {error}") from error
        answer = _client("lambda").invoke(FunctionName=self._arn, Payload=payload)
        if "FunctionError" in answer:
            raise SweepFailed(answer["Payload"].read().decode())


def _message(one: dict[str, Any]) -> Message:
    system = one["Attributes"]
    return Message(
        id=one["MessageId"],
        handle=one["ReceiptHandle"],
        body=one["Body"],
        attributes={name: value.get("StringValue", "") for name, value in one.get("MessageAttributes", {}).items()},
        sent_at=_instant(int(system["SentTimestamp"])),
        received=int(system["ApproximateReceiveCount"]),
        moved_from=system.get("DeadLetterQueueSourceArn"),
    )


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)
