"""The naive design: nothing but state is committed, events are published afterwards, nothing is remembered."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from devtools.faults.fault_injector import COMMIT, REMOVE, FaultInjector
from devtools.faults.loopback import Answer, KillCaller, Pass, Request
from devtools.faults.naive import PublishAfterCommit
from devtools.faults.plan import LEDGER, Fault, Strike

PURCHASE = "fault-00007"
STORE, OUTBOX = "system-ledger_store", "system-ledger_outbox"
DONE = Answer(status=200, body=b'{"done": true}')
ACCOUNT = {"Put": {"TableName": STORE, "Item": {"pk": {"S": "member#m"}}, "ConditionExpression": "version = :v"}}
POSTING = {
    "Put": {"TableName": STORE, "Item": {"pk": {"S": f"posting#{PURCHASE}"}}, "ConditionExpression": "no such key"}
}
MARKER = {"Put": {"TableName": STORE, "Item": {"pk": {"S": "inbox#e"}}, "ConditionExpression": "no such key"}}
EVENT = {
    "Put": {
        "TableName": OUTBOX,
        "Item": {
            "event_id": {"S": "e-1"},
            "source": {"S": LEDGER},
            "detail_type": {"S": "PointsPosted"},
            "detail": {"S": json.dumps({"metadata": {"event_id": "e-1"}, "data": {"purchase_id": PURCHASE}})},
        },
    }
}


class Bus:
    """Takes what it is given, but for the first few requests."""

    def __init__(self) -> None:
        self.refuses = 0
        self.taken: list[Mapping[str, Any]] = []

    def put(self, entries: Sequence[dict[str, Any]]) -> Mapping[str, Any]:
        if self.refuses:
            self.refuses -= 1
            return {"Entries": [{"ErrorCode": "InternalException"} for _ in entries]}
        self.taken += entries
        return {"Entries": [{"EventId": "1"} for _ in entries]}


@pytest.fixture
def bus() -> Bus:
    return Bus()


def design(bus: Bus, *faults: Fault, times: int = 1) -> PublishAfterCommit:
    strikes = [Strike(fault=fault, unit=LEDGER, purchase_id=PURCHASE, times=times) for fault in faults]
    return PublishAfterCommit(FaultInjector(strikes, {STORE: LEDGER}, bus.put), "the-bus", bus.put)


def commit(*operations: Mapping[str, Any]) -> Request:
    return Request(target=COMMIT, body=json.dumps({"TransactItems": operations}).encode())


def operations(body: bytes | None) -> list[dict[str, Any]]:
    assert body is not None
    return json.loads(body)["TransactItems"]


def committed(naive: PublishAfterCommit, *asked: Mapping[str, Any]) -> Answer | KillCaller:
    act = naive.judge(commit(*asked))
    assert isinstance(act, Pass)
    return act.then(DONE)


def test_state_is_committed_without_marker_and_events_whatever_was_posted_before(bus: Bus):
    act = design(bus).judge(commit(MARKER, ACCOUNT, POSTING, EVENT))

    assert isinstance(act, Pass)
    unconditional = {"Put": {"TableName": STORE, "Item": {"pk": {"S": f"posting#{PURCHASE}"}}}}
    assert operations(act.body) == [ACCOUNT, unconditional]
    assert bus.taken == []


def test_events_are_published_once_the_state_is_committed(bus: Bus):
    assert committed(design(bus), ACCOUNT, EVENT) == DONE
    detail = EVENT["Put"]["Item"]["detail"]["S"]
    assert bus.taken == [{"EventBusName": "the-bus", "Source": LEDGER, "DetailType": "PointsPosted", "Detail": detail}]


def test_nothing_is_published_of_what_was_not_committed_and_the_refusal_names_the_right_operation(bus: Bus):
    act = design(bus).judge(commit(MARKER, ACCOUNT, EVENT, POSTING))
    assert isinstance(act, Pass)
    reasons = [{"Code": "ConditionalCheckFailed"}, {"Code": "None"}]
    told = act.then(Answer(status=400, body=json.dumps({"__type": "x", "CancellationReasons": reasons}).encode()))

    assert isinstance(told, Answer)
    codes = [reason["Code"] for reason in json.loads(told.body)["CancellationReasons"]]
    assert (told.status, codes) == (400, ["None", "ConditionalCheckFailed", "None", "None"])
    assert bus.taken == []


def test_a_conflict_is_told_of_all_operations(bus: Bus):
    act = design(bus, Fault.CONFLICT).judge(commit(MARKER, POSTING, EVENT))

    assert isinstance(act, Answer)
    codes = [reason["Code"] for reason in json.loads(act.body)["CancellationReasons"]]
    assert codes == ["None", "TransactionConflict", "None"]


def test_who_dies_after_the_commit_has_published_nothing(bus: Bus):
    act = design(bus, Fault.CONSUMER_KILLED).judge(commit(MARKER, POSTING, EVENT))

    assert isinstance(act, KillCaller)
    assert [next(iter(one)) for one in operations(act.first)] == ["Put"]
    assert bus.taken == []


def test_who_dies_after_publishing_gives_no_answer(bus: Bus):
    assert committed(design(bus, Fault.RELAY_KILLED), POSTING, EVENT) == KillCaller()
    assert len(bus.taken) == 1


@pytest.mark.parametrize("fault", [Fault.BUS_FAILED, Fault.BUS_THROTTLED, Fault.BUS_PARTIAL])
@pytest.mark.parametrize(("times", "taken"), [(14, 1), (15, 0)])
def test_what_the_bus_does_not_take_is_tried_as_often_as_by_a_relay(bus: Bus, fault: Fault, times: int, taken: int):
    told = committed(design(bus, fault, times=times), POSTING, EVENT)

    assert len(bus.taken) == taken
    assert (told == DONE) is bool(taken)


def test_what_the_bus_itself_refuses_is_tried_again(bus: Bus):
    bus.refuses = 3
    assert committed(design(bus), POSTING, EVENT) == DONE
    assert len(bus.taken) == 1


def test_where_only_the_marker_was_to_be_stored_nothing_is_asked(bus: Bus):
    act = design(bus).judge(commit(MARKER))

    assert isinstance(act, Answer)
    assert act.status == 200


@pytest.mark.parametrize(
    ("pk", "forgotten"),
    [("inbox#e", True), ("posting#p", True), ("confirmed#p", True), ("member#m", False), ("hold#h", False)],
)
def test_what_was_handled_is_not_remembered(bus: Bus, pk: str, forgotten: bool):
    body = json.dumps({"TableName": STORE, "Key": {"pk": {"S": pk}}}).encode()
    act = design(bus).judge(Request(target="DynamoDB_20120810.GetItem", body=body))

    assert act == (Answer(status=200, body=b"{}") if forgotten else Pass(body=body))


@pytest.mark.parametrize(("pk", "forgotten"), [("confirmed#p", True), ("member#m", False)])
def test_a_confirmation_that_is_written_alone_is_not_stored(bus: Bus, pk: str, forgotten: bool):
    body = json.dumps({"TableName": STORE, "Item": {"pk": {"S": pk}}}).encode()
    act = design(bus).judge(Request(target="DynamoDB_20120810.PutItem", body=body))

    assert act == (Answer(status=200, body=b"{}") if forgotten else Pass(body=body))


def test_all_else_is_as_it_was(bus: Bus):
    request = Request(target=REMOVE, body=b'{"Key": {"event_id": {"S": "e-9"}}}')
    act = design(bus).judge(request)

    assert isinstance(act, Pass)
    assert (act.body, act.then(DONE)) == (request.body, DONE)
