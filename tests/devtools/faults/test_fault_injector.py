"""Each strike falls upon its purchase, as often as planned, whatever else goes by."""

import json
from typing import Any

import pytest

from devtools.faults.fault_injector import FaultInjector
from devtools.faults.loopback import Act, Answer, KillCaller, Pass, Request
from devtools.faults.plan import CALCULATION, LEDGER, Fault, Strike

STRUCK, OTHER = "fault-00007", "fault-00008"
EMPTY = Answer(status=200, body=b"{}")
STORES = {"calculation-store": CALCULATION, "ledger-store": LEDGER}


class Bus:
    """What came upon the bus besides what was passed on."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def publish(self, entries: list[dict[str, Any]]) -> None:
        self.entries += entries


@pytest.fixture
def bus() -> Bus:
    return Bus()


def fault_injector(bus: Bus, fault: Fault, times: int = 1, unit: str = CALCULATION) -> FaultInjector:
    return FaultInjector([Strike(fault=fault, unit=unit, purchase_id=STRUCK, times=times)], STORES, bus.publish)


def entry(purchase_id: str, source: str = CALCULATION) -> dict[str, Any]:
    detail = {"metadata": {"event_id": f"event-{purchase_id}"}, "data": {"purchase_id": purchase_id}}
    return {"Source": source, "DetailType": "PointsCalculated", "Detail": json.dumps(detail)}


def publish(*purchase_ids: str, source: str = CALCULATION) -> Request:
    entries = [entry(purchase_id, source) for purchase_id in purchase_ids]
    return Request(target="AWSEvents.PutEvents", body=json.dumps({"Entries": entries}).encode())


def commit(purchase_id: str, table: str = "ledger-store") -> Request:
    put = {"Put": {"TableName": table, "Item": {"pk": {"S": f"posting#{purchase_id}"}}}}
    body = {"TransactItems": [put, {"Put": {"TableName": "outbox", "Item": {}}}]}
    return Request(target="DynamoDB_20120810.TransactWriteItems", body=json.dumps(body).encode())


def removal(purchase_id: str) -> Request:
    body = {"TableName": "outbox", "Key": {"event_id": {"S": f"event-{purchase_id}"}}}
    return Request(target="DynamoDB_20120810.DeleteItem", body=json.dumps(body).encode())


def passed(act: Act) -> list[str]:
    """Purchases of the entries that are passed on."""
    assert isinstance(act, Pass)
    return [json.loads(one["Detail"])["data"]["purchase_id"] for one in json.loads(act.body)["Entries"]]


def untouched(act: Act, request: Request) -> bool:
    return isinstance(act, Pass) and json.loads(act.body) == json.loads(request.body) and act.then(EMPTY) == EMPTY


@pytest.mark.parametrize(
    "request_",
    [publish(OTHER), commit(OTHER), removal(OTHER), Request(target="", body=b"{}")],
    ids=lambda one: one.target,
)
def test_what_is_not_struck_goes_by(bus: Bus, request_: Request):
    for fault in Fault:
        assert untouched(fault_injector(bus, fault).judge(request_), request_)


@pytest.mark.parametrize(("fault", "status"), [(Fault.BUS_FAILED, 500), (Fault.BUS_THROTTLED, 400)])
def test_a_request_is_refused_whole_as_often_as_planned(bus: Bus, fault: Fault, status: int):
    there, request = fault_injector(bus, fault, times=2), publish(OTHER, STRUCK)
    for _ in range(2):
        act = there.judge(request)
        assert isinstance(act, Answer)
        assert (act.status, "__type" in json.loads(act.body)) == (status, True)

    assert passed(there.judge(request)) == [OTHER, STRUCK]
    assert there.struck()[fault] == 1


def test_a_part_of_a_request_is_refused_and_the_answers_keep_their_places(bus: Bus):
    there = fault_injector(bus, Fault.BUS_PARTIAL)
    act = there.judge(publish(OTHER, STRUCK, "fault-00009"))

    assert passed(act) == [OTHER, "fault-00009"]
    assert isinstance(act, Pass)
    told = act.then(
        Answer(status=200, body=b'{"FailedEntryCount": 0, "Entries": [{"EventId": "1"}, {"EventId": "2"}]}')
    )
    assert isinstance(told, Answer)
    answer = json.loads(told.body)
    assert answer["FailedEntryCount"] == 1
    assert [one.get("EventId") for one in answer["Entries"]] == ["1", None, "2"]
    assert answer["Entries"][1]["ErrorCode"] == "InternalException"
    assert passed(there.judge(publish(STRUCK))) == [STRUCK]


def test_a_part_that_is_all_is_not_passed_on(bus: Bus):
    act = fault_injector(bus, Fault.BUS_PARTIAL).judge(publish(STRUCK))

    assert isinstance(act, Answer)
    assert (act.status, json.loads(act.body)["FailedEntryCount"]) == (200, 1)


def test_an_event_comes_late_behind_others_and_is_said_to_be_there(bus: Bus):
    there = fault_injector(bus, Fault.LATE, times=2)
    act = there.judge(publish(STRUCK))
    assert isinstance(act, Answer)
    assert json.loads(act.body)["FailedEntryCount"] == 0

    there.judge(publish(OTHER))
    assert bus.entries == []
    there.judge(publish(OTHER))
    assert bus.entries == [entry(STRUCK)]
    there.judge(publish(OTHER))
    assert bus.entries == [entry(STRUCK)]


def test_what_is_held_back_is_not_lost_at_the_end(bus: Bus):
    there = fault_injector(bus, Fault.LATE, times=50)
    there.judge(publish(STRUCK))
    there.release()
    there.release()

    assert bus.entries == [entry(STRUCK)]


def test_an_event_comes_twice(bus: Bus):
    there = fault_injector(bus, Fault.DUPLICATED)

    assert passed(there.judge(publish(STRUCK, OTHER))) == [STRUCK, OTHER]
    there.release()
    assert bus.entries == [entry(STRUCK)]
    assert there.struck()[Fault.DUPLICATED] == 1


def test_a_relay_dies_at_the_removal_of_what_it_published(bus: Bus):
    there = fault_injector(bus, Fault.RELAY_KILLED)
    assert untouched(there.judge(removal(STRUCK)), removal(STRUCK))  # Nobody has published it yet.
    there.judge(publish(OTHER, STRUCK))

    assert untouched(there.judge(removal(OTHER)), removal(OTHER))
    assert there.judge(removal(STRUCK)) == KillCaller()
    assert untouched(there.judge(removal(STRUCK)), removal(STRUCK))


def test_a_consumer_dies_after_its_commit_in_its_own_unit_only(bus: Bus):
    there = fault_injector(bus, Fault.CONSUMER_KILLED, unit=LEDGER)

    assert isinstance(there.judge(commit(STRUCK, "calculation-store")), Pass)
    assert there.judge(commit(STRUCK)) == KillCaller(first=commit(STRUCK).body)
    assert isinstance(there.judge(commit(STRUCK)), Pass)


def test_a_transaction_meets_another_writer_as_often_as_planned(bus: Bus):
    there = fault_injector(bus, Fault.CONFLICT, times=2, unit=LEDGER)
    for _ in range(2):
        act = there.judge(commit(STRUCK))
        assert isinstance(act, Answer)
        answer = json.loads(act.body)
        assert [reason["Code"] for reason in answer["CancellationReasons"]] == ["TransactionConflict", "None"]

    assert isinstance(there.judge(commit(STRUCK)), Pass)
    assert there.struck()[Fault.CONFLICT] == 1


def test_whoever_publishes_for_a_stuck_unit_dies(bus: Bus):
    there = fault_injector(bus, Fault.LATE)
    with there.stuck(CALCULATION):
        assert there.judge(publish(OTHER)) == KillCaller()
        assert passed(there.judge(publish(OTHER, source=LEDGER))) == [OTHER]

    assert passed(there.judge(publish(OTHER))) == [OTHER]
