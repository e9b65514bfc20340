"""The ports on real AWS services: the only boto3 in the kernel. Clients are made once, when first needed."""

# boto3 has no types of its own.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pbckit.runtime.ports import (
    BusEntry,
    Check,
    ConditionFailed,
    Delete,
    Item,
    Key,
    Operation,
    Page,
    Put,
    Query,
    Scan,
    TransactionConflict,
    Update,
)

_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"max_attempts": 3, "mode": "standard"})
_BUSY = frozenset(
    {
        "ThrottlingException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "TransactionInProgressException",
        "TransactionConflictException",  # of a single write: a transaction is at the item
        "ReplicatedWriteConflictException",  # of a single write to a global table: another region is at the item
    }
)
_CONTENDED = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
_to_dynamodb = TypeSerializer()
_from_dynamodb = TypeDeserializer()


class DynamoDb:
    """`Tables` on DynamoDB."""

    @cached_property
    def _client(self) -> Any:
        return boto3.client("dynamodb", config=_CONFIG)

    def get(self, table: str, key: Key) -> Item | None:
        """An item, or None. Strongly consistent."""
        answer = self._client.get_item(TableName=table, Key=_attributes(key), ConsistentRead=True)
        return _item(answer["Item"]) if "Item" in answer else None

    def query(self, query: Query) -> Page:
        """Items in the order of their sort key. Strongly consistent, except through an index."""
        condition, names, values = "#pk = :pk", {"#pk": query.key_name}, {":pk": query.key_value}
        if query.sort_prefix is not None:
            condition += " AND begins_with(#sk, :sk)"
            values[":sk"] = query.sort_prefix
        elif query.sort_at_most is not None:
            condition += " AND #sk <= :sk"
            values[":sk"] = query.sort_at_most
        if ":sk" in values:
            names["#sk"] = query.sort_name or ""
        optional: dict[str, Any] = {"IndexName": query.index} if query.index else {"ConsistentRead": True}
        if query.limit is not None:
            optional["Limit"] = query.limit
        if query.after is not None:
            optional["ExclusiveStartKey"] = _attributes(query.after)
        answer = self._client.query(
            TableName=query.table,
            KeyConditionExpression=condition,
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=_attributes(values),
            ScanIndexForward=not query.newest_first,
            **optional,
        )
        return _page(answer)

    def scan(self, scan: Scan) -> Page:
        """Items of a whole table, eventually consistent: half the price of the other kind."""
        answer = self._client.scan(
            TableName=scan.table,
            FilterExpression="attribute_exists(#having) AND #most <= :most",
            ExpressionAttributeNames={"#having": scan.having, "#most": scan.at_most_name},
            ExpressionAttributeValues=_attributes({":most": scan.at_most}),
            Limit=scan.limit,
            **({"ExclusiveStartKey": _attributes(scan.after)} if scan.after is not None else {}),
        )
        return _page(answer)

    def put(self, put: Put) -> None:
        """Write one item."""
        self._alone(put, self._client.put_item)

    def delete(self, delete: Delete) -> None:
        """Remove one item."""
        self._alone(delete, self._client.delete_item)

    def _alone(self, operation: Put | Delete, call: Callable[..., Any]) -> None:
        ((_, request),) = _as_request(operation).items()
        try:
            call(**request)
        except ClientError as error:
            raise _translated(error, [operation]) from error

    def transact(self, operations: Sequence[Operation]) -> None:
        """Do all of it or nothing.

        No `ClientRequestToken`: a retry is told apart by the conditions in the transaction itself (the inbox marker,
        the version), which hold for longer than the ten minutes of a token.
        """
        try:
            self._client.transact_write_items(TransactItems=[_as_request(operation) for operation in operations])
        except ClientError as error:
            raise _translated(error, operations) from error


class EventBridge:
    """`Bus` on EventBridge."""

    def __init__(self, bus_name: str) -> None:
        self._bus_name = bus_name

    @cached_property
    def _client(self) -> Any:
        return boto3.client("events", config=_CONFIG)

    def put(self, entries: Sequence[BusEntry]) -> list[str | None]:
        """Publish at most ten entries; the error of each that was not taken. A request that fails takes none."""
        requests = [
            {
                "EventBusName": self._bus_name,
                "Source": entry.source,
                "DetailType": entry.detail_type,
                "Detail": entry.detail,
                "Time": entry.time,
                **({"TraceHeader": entry.trace_header} if entry.trace_header else {}),
                **({"Resources": entry.resources} if entry.resources else {}),
            }
            for entry in entries
        ]
        try:
            answer = self._client.put_events(Entries=requests)
        except (BotoCoreError, ClientError) as error:
            return [str(error)] * len(entries)
        return [result.get("ErrorCode") for result in answer["Entries"]]


class Sqs:
    """`DeadLetters` on SQS."""

    def __init__(self, queue_url: str) -> None:
        self._queue_url = queue_url

    @cached_property
    def _client(self) -> Any:
        return boto3.client("sqs", config=_CONFIG)

    def send(self, body: str, attributes: Mapping[str, str]) -> None:
        """Put a message aside with what is known of it."""
        self._client.send_message(
            QueueUrl=self._queue_url,
            MessageBody=body,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
        )


class SqsDeliveries:
    """`Deliveries` of an SQS queue."""

    def __init__(self, queue_url: str) -> None:
        self._queue_url = queue_url

    @cached_property
    def _client(self) -> Any:
        return boto3.client("sqs", config=_CONFIG)

    def change_visibility(self, handle: str, seconds: int) -> None:
        """Have a message come again after so many seconds."""
        self._client.change_message_visibility(
            QueueUrl=self._queue_url, ReceiptHandle=handle, VisibilityTimeout=seconds
        )


def stream_image(record: Mapping[str, Any]) -> Item:
    """The item that a DynamoDB stream record tells of, as it is now."""
    return _item(record["dynamodb"]["NewImage"])


def _translated(error: ClientError, operations: Sequence[Operation]) -> Exception:
    """What a refused write means, in the kernel's words."""
    code = error.response["Error"]["Code"]
    if code in _BUSY:
        return TransactionConflict(str(error))
    if code == "ConditionalCheckFailedException":
        return ConditionFailed(operations)
    if code != "TransactionCanceledException":
        return error
    reasons = [reason.get("Code", "None") for reason in error.response.get("CancellationReasons", [])]
    failed = [
        operation for operation, reason in zip(operations, reasons, strict=False) if reason == "ConditionalCheckFailed"
    ]
    if failed:
        return ConditionFailed(failed)
    if _CONTENDED.intersection(reasons):
        return TransactionConflict(str(error))
    return error


def _as_request(operation: Operation) -> dict[str, Any]:
    """An operation in the words of TransactWriteItems."""
    match operation:
        case Put():
            conditions = _expressions(*_condition(operation.expect))
            return {"Put": {"TableName": operation.table, "Item": _attributes(operation.item), **conditions}}
        case Update():
            return {"Update": _update_request(operation)}
        case Delete():
            return {"Delete": _keyed(operation.table, operation.key, *_condition(operation.expect))}
        case Check():
            return {"ConditionCheck": _keyed(operation.table, operation.key, *_condition(operation.expect))}


def _update_request(update: Update) -> dict[str, Any]:
    condition, names, values = _condition(update.expect)
    parts: list[str] = []
    if update.set:
        parts.append("SET " + ", ".join(f"#s{n} = :s{n}" for n in range(len(update.set))))
        names |= {f"#s{n}": name for n, name in enumerate(update.set)}
        values |= {f":s{n}": value for n, value in enumerate(update.set.values())}
    if update.remove:
        parts.append("REMOVE " + ", ".join(f"#r{n}" for n in range(len(update.remove))))
        names |= {f"#r{n}": name for n, name in enumerate(update.remove)}
    return {**_keyed(update.table, update.key, condition, names, values), "UpdateExpression": " ".join(parts)}


def _condition(expect: Mapping[str, Any]) -> tuple[str, dict[str, str], dict[str, Any]]:
    """Condition, names and values for attributes that must have values, or be absent."""
    terms: list[str] = []
    names: dict[str, str] = {}
    values: dict[str, Any] = {}
    for number, (name, value) in enumerate(expect.items()):
        names[f"#e{number}"] = name
        if value is None:
            terms.append(f"attribute_not_exists(#e{number})")
        else:
            terms.append(f"#e{number} = :e{number}")
            values[f":e{number}"] = value
    return " AND ".join(terms), names, values


def _keyed(table: str, key: Key, condition: str, names: dict[str, str], values: dict[str, Any]) -> dict[str, Any]:
    return {"TableName": table, "Key": _attributes(key), **_expressions(condition, names, values)}


def _expressions(condition: str, names: dict[str, str], values: dict[str, Any]) -> dict[str, Any]:
    request: dict[str, Any] = {}
    if condition:
        request["ConditionExpression"] = condition
    if names:
        request["ExpressionAttributeNames"] = names
    if values:
        request["ExpressionAttributeValues"] = _attributes(values)
    return request


def _attributes(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _to_dynamodb.serialize(value) for name, value in values.items()}


def _item(attributes: Mapping[str, Any]) -> Item:
    return {name: _plain(_from_dynamodb.deserialize(value)) for name, value in attributes.items()}


def _page(answer: Mapping[str, Any]) -> Page:
    last = answer.get("LastEvaluatedKey")
    return Page(items=[_item(item) for item in answer["Items"]], next=_item(last) if last else None)


def _plain(value: Any) -> Any:
    """DynamoDB's numbers are decimals; all of ours are whole."""
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
