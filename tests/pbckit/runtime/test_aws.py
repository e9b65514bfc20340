"""The adapters of bus and dead-letter queue, against the embedded AWS; how errors of DynamoDB are understood."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError
from botocore.session import get_session

from pbckit.runtime.aws import DynamoDb, EventBridge, Sqs
from pbckit.runtime.ports import BusEntry, ConditionFailed, Delete, Operation, Put, Query, Scan, TransactionConflict
from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.testing.world import BEGIN

OPERATIONS: Sequence[Operation] = [Put(table="store", item={"pk": str(n), "sk": ""}, read_as=dict) for n in range(2)]
WRITES: Mapping[str, Any] = {
    "put": OPERATIONS[0],
    "delete": Delete(table="store", key={"pk": "a", "sk": "b"}),
    "transact": OPERATIONS,
}


class RefusingClient:
    """A client whose writes fail as told."""

    def __init__(self, code: str, reasons: Sequence[str] = ()) -> None:
        self._response: Any = {
            "Error": {"Code": code, "Message": "told so"},
            "CancellationReasons": [{"Code": reason} for reason in reasons],
        }

    def transact_write_items(self, **_request: Any) -> None:
        raise ClientError(self._response, "TransactWriteItems")

    def put_item(self, **_request: Any) -> None:
        raise ClientError(self._response, "PutItem")

    def delete_item(self, **_request: Any) -> None:
        raise ClientError(self._response, "DeleteItem")


@pytest.mark.parametrize(
    ("code", "reasons", "meaning"),
    [
        ("TransactionCanceledException", ["None", "TransactionConflict"], TransactionConflict),
        ("TransactionCanceledException", ["ThrottlingError", "None"], TransactionConflict),
        ("TransactionCanceledException", ["ProvisionedThroughputExceeded", "None"], TransactionConflict),
        ("TransactionInProgressException", [], TransactionConflict),
        ("ThrottlingException", [], TransactionConflict),
        ("ProvisionedThroughputExceededException", [], TransactionConflict),
        ("TransactionCanceledException", ["ConditionalCheckFailed", "TransactionConflict"], ConditionFailed),
        ("TransactionCanceledException", ["None", "ValidationError"], ClientError),
        ("AccessDeniedException", [], ClientError),
    ],
)
def test_a_refused_transaction_is_understood(code: str, reasons: list[str], meaning: type[Exception]):
    tables = DynamoDb()
    tables.__dict__["_client"] = RefusingClient(code, reasons)

    with pytest.raises(meaning) as refusal:
        tables.transact(OPERATIONS)

    if isinstance(refusal.value, ConditionFailed):
        assert refusal.value.failed == (OPERATIONS[0],)


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("ConditionalCheckFailedException", ConditionFailed),
        ("TransactionConflictException", TransactionConflict),
        ("ThrottlingException", TransactionConflict),
        ("ProvisionedThroughputExceededException", TransactionConflict),
        ("AccessDeniedException", ClientError),
    ],
)
@pytest.mark.parametrize("write", ["put", "delete"])
def test_a_refused_single_write_is_understood(code: str, meaning: type[Exception], write: str):
    """The embedded AWS lets a single write pass while a transaction is at its item; DynamoDB refuses it."""
    refusal = refused(write, code)
    assert type(refusal) is meaning
    if isinstance(refusal, ConditionFailed):
        assert refusal.failed == (WRITES[write],)


@pytest.mark.parametrize(
    ("model", "write"), [("PutItem", "put"), ("DeleteItem", "delete"), ("TransactWriteItems", "transact")]
)
def test_each_error_that_dynamodb_has_for_a_write_is_placed(model: str, write: str):
    """By botocore's model: what comes of others at the items is worth trying again, and the rest is known here."""
    errors: Any = get_session().get_service_model("dynamodb").operation_model(model).error_shapes
    meanings = {error.name: type(refused(write, error.name)) for error in errors}
    assert {name for name, meaning in meanings.items() if meaning is ClientError} <= {
        "IdempotentParameterMismatchException",
        "InternalServerError",
        "ItemCollectionSizeLimitExceededException",
        "ResourceNotFoundException",
        "TransactionCanceledException",  # Without a reason.
    }
    assert set(meanings.values()) <= {ClientError, ConditionFailed, TransactionConflict}


def refused(write: str, code: str) -> Exception:
    """What a write raises for a code of DynamoDB's."""
    tables = DynamoDb()
    tables.__dict__["_client"] = RefusingClient(code)
    with pytest.raises(Exception) as refusal:  # noqa: PT011 which one is what is asked
        getattr(tables, write)(WRITES[write])
    return refusal.value


class ReadingClient:
    """A client that keeps its requests and finds nothing."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []

    def get_item(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        return {}

    def query(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        return {"Items": []}

    scan = query


def test_reads_are_consistent_except_through_an_index_and_of_a_whole_table():
    """The embedded AWS always is, so the requests themselves are looked at. DynamoDB refuses it for an index."""
    tables, client = DynamoDb(), ReadingClient()
    tables.__dict__["_client"] = client
    tables.get("store", {"pk": "a", "sk": "b"})
    tables.query(Query(table="store", key_name="pk", key_value="a"))
    tables.query(Query(table="outbox", key_name="pending", key_value="pending", index="pending"))
    tables.scan(Scan(table="outbox", having="pending", at_most_name="occurred_at", at_most="x", limit=1))

    assert [request.get("ConsistentRead") for request in client.requests] == [True, True, None, None]


def queue(aws: EmbeddedAws) -> tuple[str, str]:
    """URL and ARN of a new queue."""
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName=f"queue-{uuid4()}")["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    return url, attributes["QueueArn"]


def received(aws: EmbeddedAws, url: str, count: int) -> list[dict[str, Any]]:
    """So many messages of a queue."""
    messages: list[dict[str, Any]] = []
    while len(messages) < count:
        answer = aws.client("sqs").receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=10, MessageAttributeNames=["All"]
        )
        assert answer.get("Messages"), f"{len(messages)} of {count} messages came"
        messages += answer["Messages"]
    return messages


@pytest.mark.journey
def test_a_message_is_put_aside_with_its_attributes(as_in_lambda: EmbeddedAws):
    url, _ = queue(as_in_lambda)
    Sqs(url).send("body ☕", {"reason": "Poison: no json", "attempts": "1"})

    (message,) = received(as_in_lambda, url, 1)
    assert message["Body"] == "body ☕"
    sent = {name: attribute["StringValue"] for name, attribute in message["MessageAttributes"].items()}
    assert sent == {"reason": "Poison: no json", "attempts": "1"}


@pytest.mark.journey
def test_events_reach_who_subscribes(as_in_lambda: EmbeddedAws):
    name = f"bus-{uuid4()}"
    events = as_in_lambda.client("events")
    events.create_event_bus(Name=name)
    url, arn = queue(as_in_lambda)
    pattern = {"source": ["points-ledger"], "detail-type": ["PointsPosted"]}
    events.put_rule(Name="all", EventBusName=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule="all", EventBusName=name, Targets=[{"Id": "queue", "Arn": arn}])
    entries = [
        BusEntry(source="points-ledger", detail_type="PointsPosted", detail=json.dumps({"n": n}), time=BEGIN)
        for n in range(10)
    ]

    assert EventBridge(name).put(entries) == [None] * 10
    bodies = [json.loads(message["Body"]) for message in received(as_in_lambda, url, 10)]
    assert sorted(body["detail"]["n"] for body in bodies) == list(range(10))
    assert {(body["source"], body["detail-type"]) for body in bodies} == {("points-ledger", "PointsPosted")}


class RecordingClient:
    """A client that keeps the request and takes every second entry."""

    def put_events(self, **request: Any) -> dict[str, Any]:
        self.request = request
        taken, refused = {"EventId": "1"}, {"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}
        return {"FailedEntryCount": 1, "Entries": [taken, refused][: len(request["Entries"])]}


def test_an_entry_tells_its_time_and_trace_and_an_answer_what_was_not_taken():
    """The embedded AWS puts its own time on events, so the request itself is looked at."""
    bus, client = EventBridge("bus"), RecordingClient()
    bus.__dict__["_client"] = client
    entries = [
        BusEntry(source="s", detail_type="d", detail="{}", time=BEGIN, trace_header="Root=1-a-b"),
        BusEntry(source="s", detail_type="d", detail="{}", time=BEGIN),
    ]

    assert bus.put(entries) == [None, "ThrottlingException"]
    plain = {"EventBusName": "bus", "Source": "s", "DetailType": "d", "Detail": "{}", "Time": BEGIN}
    assert client.request["Entries"] == [{**plain, "TraceHeader": "Root=1-a-b"}, plain]


def test_a_request_that_fails_takes_no_entry(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    entry = BusEntry(source="s", detail_type="d", detail="{}", time=BEGIN)

    first, second = EventBridge("bus").put([entry, entry])

    assert first == second
    assert "127.0.0.1:1" in (first or "")
