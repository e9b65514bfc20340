"""Dead letters at a unit admin: read whoever wrote them, sent back before they are deleted, noted before and after."""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from pbckit.contracts.operating import HandleDeadLetters, NotRedrivable, Release, Selection, UnknownQueue
from pbckit.runtime.observability import logger
from pbckit.runtime.unit_admin.dead_letters import DeadLetterManager, read_letter, selects
from pbckit.runtime.unit_admin.inventory import DeadLetterQueue, Inventory
from pbckit.runtime.unit_admin.ports import Depth, LogLine, Message, SweepFailed, UnitAdminPorts

SENT = datetime(2026, 6, 1, 12, tzinfo=UTC)
DLQ, ORIGIN, STREAM = "https://sqs/dlq", "https://sqs/queue", "https://sqs/relay-dlq"
STREAM_FAILURE = {
    "requestContext": {
        "condition": "RetryAttemptsExhausted",
        "approximateInvokeCount": 21,
        "functionArn": "arn:aws:lambda:eu-central-1:111111111111:function:relay",
    },
    "DDBStreamBatchInfo": {"shardId": "shard-1", "startSequenceNumber": "1", "endSequenceNumber": "9", "batchSize": 9},
}


def message(number: int = 1, attributes: Mapping[str, str] | None = None, **more: object) -> Message:
    told = {"reason": "Poison: no", "source": "points-ledger", "attempts": "5", "correlation_id": f"c-{number}"}
    values: dict[str, object] = {
        "id": f"m-{number}",
        "handle": f"h-{number}",
        "body": f"body {number}",
        "attributes": told if attributes is None else attributes,
        "sent_at": SENT,
        "received": 1,
    }
    return Message(**{**values, **more})  # pyright: ignore[reportArgumentType] values of the fields above


class Interrupted(Exception):
    """The function died."""


@dataclass(kw_only=True)
class MemoryQueues:
    """Queues in memory. What is held is not given out again. `dies_before` stops the function at an operation."""

    messages: dict[str, list[Message]]
    held: set[str] = field(default_factory=set[str])
    sent: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    dies_before: str | None = None

    def receive(self, url: str, at_most: int, hold_seconds: int) -> Sequence[Message]:
        free = [one for one in self.messages[url] if one.handle not in self.held][:at_most]
        self.held |= {one.handle for one in free}
        return free

    def send(self, url: str, body: str) -> None:
        self._die("send")
        self.sent.append((url, body))

    def delete(self, url: str, handle: str) -> None:
        self._die("delete")
        self.messages[url] = [one for one in self.messages[url] if one.handle != handle]

    def release(self, url: str, handle: str) -> None:
        self.held.discard(handle)

    def depth(self, url: str) -> Depth:
        return Depth(waiting=len(self.messages[url]), in_flight=0, delayed=0)

    def _die(self, operation: str) -> None:
        if self.dies_before == operation:
            raise Interrupted(operation)


class NoLogs:
    def find(self, log_group: str, terms: Sequence[str], since: datetime, until: datetime) -> Sequence[LogLine]:
        return []


@dataclass(kw_only=True)
class MemorySweeper:
    pointers: list[str] = field(default_factory=list[str])
    failure: str | None = None

    def rehydrate(self, pointer: str) -> None:
        if self.failure:
            raise SweepFailed(self.failure)
        self.pointers.append(pointer)


@dataclass(kw_only=True)
class There:
    queues: MemoryQueues
    sweeper: MemorySweeper
    unit_admin: DeadLetterManager


@pytest.fixture
def there() -> There:
    stream = message(9, {}, body=json.dumps(STREAM_FAILURE))
    queues = MemoryQueues(messages={DLQ: [message(number) for number in (1, 2, 3)], STREAM: [stream]})
    sweeper = MemorySweeper()
    inventory = Inventory(
        queues={},
        dead_letters={
            "post-points-queue-dlq": DeadLetterQueue(url=DLQ, origin=ORIGIN),
            "relay-dlq": DeadLetterQueue(url=STREAM, origin=None),
        },
        log_groups={},
        sweeper=None,
    )
    ports = UnitAdminPorts(queues=queues, logs=NoLogs(), sweeper=sweeper)
    return There(
        queues=queues, sweeper=sweeper, unit_admin=DeadLetterManager(inventory=inventory, ports=ports, actor="ada")
    )


@pytest.fixture
def notes(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    stream = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", stream)
    return stream


def asked(action: str, **selection: object) -> HandleDeadLetters:
    return HandleDeadLetters(queue="post-points-queue-dlq", action=action, selection=Selection(**selection))  # pyright: ignore[reportArgumentType] checked by the tests


def bodies(queues: MemoryQueues) -> list[str]:
    return [one.body for one in queues.messages[DLQ]]


def test_looking_changes_nothing_and_holds_until_released(there: There):
    seen = there.unit_admin.handle(asked("look"))
    assert [letter.id for letter in seen.letters] == ["m-1", "m-2", "m-3"]
    assert there.unit_admin.handle(asked("look")).taken == 0
    there.unit_admin.release(Release(queue="post-points-queue-dlq", handles=seen.held))
    assert there.unit_admin.handle(asked("look")).taken == 3
    assert there.queues.sent == []


def test_selected_letters_go_back_to_where_they_came_from_and_the_others_stay(there: There):
    done = there.unit_admin.handle(asked("redrive", correlation_id="c-2"))
    assert [(letter.id, letter.outcome) for letter in done.letters] == [("m-2", "redriven")]
    assert (done.taken, done.held) == (3, ["h-1", "h-3"])
    assert there.queues.sent == [(ORIGIN, "body 2")]
    assert bodies(there.queues) == ["body 1", "body 3"]


def test_a_discarded_letter_goes_nowhere(there: There):
    there.unit_admin.handle(asked("discard", ids=("m-1",)))
    assert (there.queues.sent, bodies(there.queues)) == ([], ["body 2", "body 3"])


def test_whoever_dies_between_sending_and_deleting_leaves_the_letter(there: There):
    there.queues.dies_before = "delete"
    with pytest.raises(Interrupted):
        there.unit_admin.handle(asked("redrive"))
    assert there.queues.sent == [(ORIGIN, "body 1")]
    assert bodies(there.queues) == ["body 1", "body 2", "body 3"]


def test_whoever_dies_before_sending_loses_nothing(there: There):
    there.queues.dies_before = "send"
    with pytest.raises(Interrupted):
        there.unit_admin.handle(asked("redrive"))
    assert bodies(there.queues) == ["body 1", "body 2", "body 3"]


def test_an_act_is_noted_before_and_after(there: There, notes: io.StringIO):
    there.queues.dies_before = "delete"
    with pytest.raises(Interrupted):
        there.unit_admin.handle(asked("redrive", ids=("m-1",)))
    there.queues.dies_before = None
    there.queues.held.clear()
    there.unit_admin.handle(asked("redrive", ids=("m-1",)))
    records = [json.loads(line)["record"] for line in notes.getvalue().splitlines()]
    assert [(one["kind"], one["what"], one["outcome"], one["actor"]) for one in records] == [
        ("act", "redrive", "begun", "ada"),
        ("act", "redrive", "begun", "ada"),
        ("act", "redrive", "done", "ada"),
    ]
    assert {one["name"] for one in records} == {"post-points-queue-dlq/m-1"}


def test_a_failure_of_the_stream_is_given_to_the_sweeper(there: There):
    there.unit_admin.handle(HandleDeadLetters(queue="relay-dlq", action="redrive"))
    assert [json.loads(pointer) for pointer in there.sweeper.pointers] == [STREAM_FAILURE]
    assert there.queues.messages[STREAM] == []


def test_a_failure_of_the_stream_stays_while_the_sweeper_fails(there: There):
    there.sweeper.failure = "no bus"
    with pytest.raises(NotRedrivable, match="letter m-9: the sweeper failed: no bus"):
        there.unit_admin.handle(HandleDeadLetters(queue="relay-dlq", action="redrive"))
    assert len(there.queues.messages[STREAM]) == 1


def test_a_queue_that_is_not_there_is_refused_by_name(there: There):
    with pytest.raises(UnknownQueue, match="'nothing'; there are: post-points-queue-dlq, relay-dlq"):
        there.unit_admin.handle(HandleDeadLetters(queue="nothing", action="look"))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (message(), ("Poison: no", "points-ledger", 5, "c-1")),
        (
            message(
                attributes={
                    "ERROR_CODE": "NO_PERMISSIONS",
                    "ERROR_MESSAGE": "not allowed",
                    "RULE_ARN": "arn:rule",
                    "RETRY_ATTEMPTS": "185",
                }
            ),
            ("NO_PERMISSIONS: not allowed", "arn:rule", 185, "none"),
        ),
        (
            message(attributes={}, body=json.dumps(STREAM_FAILURE)),
            (
                "RetryAttemptsExhausted: 9 records of shard-1 from 1 to 9",
                "arn:aws:lambda:eu-central-1:111111111111:function:relay",
                21,
                "none",
            ),
        ),
        (
            message(attributes={}, received=6, moved_from="arn:queue"),
            ("its consumer ended without an answer, every time", "arn:queue", 5, "none"),
        ),
        (message(attributes={}), ("nobody said why", "unknown", 0, "none")),
        (message(attributes={"reason": "r", "attempts": "many"}), ("r", "unknown", 0, "none")),
    ],
    ids=["function", "rule", "stream", "queue", "nobody", "nonsense"],
)
def test_a_letter_tells_reason_source_attempts_and_correlation(given: Message, expected: tuple[object, ...]):
    letter = read_letter("dlq", given)
    assert (letter.reason, letter.source, letter.attempts, letter.correlation_id) == expected


@pytest.mark.parametrize(
    ("selection", "meant"),
    [
        (Selection(), True),
        (Selection(ids=("m-1",)), True),
        (Selection(ids=("m-2",)), False),
        (Selection(reason="POISON"), True),
        (Selection(reason="other"), False),
        (Selection(source="points-ledger"), True),
        (Selection(source="points"), False),
        (Selection(correlation_id="c-1"), True),
        (Selection(correlation_id="c-2"), False),
        (Selection(set_aside_after=SENT), True),
        (Selection(set_aside_after=SENT + timedelta(seconds=1)), False),
        (Selection(set_aside_before=SENT + timedelta(seconds=1)), True),
        (Selection(set_aside_before=SENT), False),
        (Selection(ids=("m-1",), reason="other"), False),
    ],
)
def test_a_selection_means_what_fits_all_of_it(selection: Selection, meant: bool):
    assert selects(selection, read_letter("dlq", message())) is meant
