"""The unit admin answers each question with its own kind of answer, from its own unit only."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from contracts.points_ledger import PointsPosted
from pbckit.contracts.definitions import Request
from pbckit.contracts.operating import (
    AdminAnswer,
    AdminRequest,
    DeadLetterBatch,
    FindRecords,
    GetHealth,
    HandleDeadLetters,
    Health,
    Records,
    Release,
    Released,
    UnknownQueue,
    unit_admin,
)
from pbckit.runtime.capability import CallContext, CapabilityHandler
from pbckit.runtime.environment import InvalidEnvironment
from pbckit.runtime.unit_admin.handler import UnitAdmin
from pbckit.runtime.unit_admin.inventory import DeadLetterQueue, Inventory, Queue, read_inventory
from pbckit.runtime.unit_admin.ports import Depth, LogLine, Message, UnitAdminPorts
from pbckit.runtime.unit_of_work import MessageContext, UnitOfWork
from pbckit.testing.world import BEGIN, World, world

NOW = datetime(2026, 6, 1, 13, tzinfo=UTC)
INVENTORY = Inventory(
    queues={"post-points-queue": Queue(url="queue", rule="rule", source="points-calculation")},
    dead_letters={"post-points-queue-dlq": DeadLetterQueue(url="dlq", origin="queue")},
    log_groups={"/aws/lambda/": ["post-points", "relay"]},
    sweeper=None,
)


class Ports:
    """Queues and logs of a unit; it has no sweeper."""

    def __init__(self) -> None:
        self.depths = {
            "queue": Depth(waiting=3, in_flight=2, delayed=1),
            "dlq": Depth(waiting=1, in_flight=0, delayed=0),
        }
        self.lines: list[LogLine] = []
        self.searched: list[tuple[str, tuple[str, ...]]] = []
        self.released: list[tuple[str, str]] = []

    def receive(self, url: str, at_most: int, hold_seconds: int) -> list[Message]:
        message = Message(id="m", handle="h", body="{}", attributes={"reason": "r"}, sent_at=NOW, received=1)
        return [message][:at_most] if url == "dlq" and hold_seconds == 60 else []

    def send(self, url: str, body: str) -> None:
        raise AssertionError(f"{body} to {url}")

    def delete(self, url: str, handle: str) -> None:
        raise AssertionError(f"{handle} of {url}")

    def release(self, url: str, handle: str) -> None:
        self.released.append((url, handle))

    def depth(self, url: str) -> Depth:
        return self.depths[url]

    def find(self, log_group: str, terms: list[str], since: datetime, until: datetime) -> list[LogLine]:
        self.searched.append((log_group, tuple(terms)))
        return [line for line in self.lines if line.log_group == log_group and since <= line.at < until]

    def rehydrate(self, pointer: str) -> None:
        raise AssertionError(pointer)


@pytest.fixture
def ports() -> Ports:
    return Ports()


@pytest.fixture
def there() -> World:
    return world("points-ledger")


@pytest.fixture
def ask(ports: Ports, there: World) -> Any:
    it = UnitAdmin(inventory=INVENTORY, ports=UnitAdminPorts(queues=ports, logs=ports, sweeper=ports))

    def question(asked: Request) -> Any:
        cause = MessageContext(correlation_id="c", actor="ada")
        return it.answer(AdminRequest(question=asked), CallContext(runtime=there.runtime, cause=cause)).answer

    return question


def commit(there: World, count: int) -> None:
    for number in range(count):
        work = UnitOfWork(there.runtime, MessageContext(correlation_id="c"))
        work.publish(PointsPosted(posting_id="p", member_id="m", points=1, balance_points=1), sequence=number + 1)
        work.commit()


def test_health_counts_what_is_pending_and_queued(ask: Any, there: World):
    commit(there, 3)
    there.clock.sleep(90)
    health = ask(GetHealth())

    assert isinstance(health, Health)
    assert (health.unit, health.pending_events, health.more_pending) == ("points-ledger", 3, False)
    assert health.oldest_pending_seconds == pytest.approx(90, abs=1)
    (queue,) = health.queues
    assert (queue.depth.waiting, queue.depth.in_flight, queue.depth.delayed) == (3, 2, 1)
    assert (queue.rule_arn, queue.source) == ("rule", "points-calculation")
    assert [(one.queue, one.waiting) for one in health.dead_letters] == [("post-points-queue-dlq", 1)]


def test_health_of_an_empty_outbox_has_no_age(ask: Any):
    health = ask(GetHealth())

    assert (health.pending_events, health.oldest_pending_seconds) == (0, None)


def test_health_counts_up_to_a_thousand_and_says_that_there_are_more(ask: Any, there: World):
    commit(there, 1000)
    assert (ask(GetHealth()).pending_events, ask(GetHealth()).more_pending) == (1000, False)
    commit(there, 1)
    assert (ask(GetHealth()).pending_events, ask(GetHealth()).more_pending) == (1000, True)


def test_letters_are_looked_at_and_given_back(ask: Any, ports: Ports):
    letters = ask(HandleDeadLetters(queue="post-points-queue-dlq", action="look"))
    assert isinstance(letters, DeadLetterBatch)
    assert ([one.id for one in letters.letters], letters.held) == (["m"], ["h"])

    released = ask(Release(queue="post-points-queue-dlq", handles=["h"]))
    assert (isinstance(released, Released), ports.released) == (True, [("dlq", "h")])


@pytest.mark.parametrize("question", [HandleDeadLetters(queue="x", action="look"), Release(queue="x", handles=[])])
def test_a_queue_of_another_unit_is_unknown(ask: Any, question: Request):
    with pytest.raises(UnknownQueue, match="there is no dead-letter queue 'x'; there are: post-points-queue-dlq"):
        ask(question)


def note(minute: int, group: str = "/aws/lambda/post-points", **changes: Any) -> LogLine:
    record = {"kind": "hop", "what": "handled", "name": "E", "outcome": "done", "correlation_id": f"c-{minute}"}
    at = BEGIN + timedelta(minutes=minute)
    return LogLine(at=at, log_group=group, text=json.dumps({"message": "x", "record": {**record, **changes}}))


def asked(**changes: Any) -> FindRecords:
    values: dict[str, Any] = {"kind": "hop", "since": BEGIN, "until": NOW}
    return FindRecords(**{**values, **changes})


def test_notes_of_all_functions_come_by_time(ask: Any, ports: Ports):
    ports.lines = [note(2), note(1, "/aws/lambda/relay"), note(3, kind="act")]
    found = ask(asked())

    assert isinstance(found, Records)
    assert [(one.correlation_id, one.unit, one.function) for one in found.records] == [
        ("c-1", "points-ledger", "relay"),
        ("c-2", "points-ledger", "post-points"),
    ]
    assert not found.more


def test_notes_are_searched_for_by_a_text(ask: Any, ports: Ports):
    ask(asked(text="c-7"))

    assert ports.searched == [(group, ("record", "c-7")) for group in INVENTORY.every_log_group()]


def test_the_newest_notes_are_given_where_there_are_too_many(ask: Any, ports: Ports):
    ports.lines = [note(minute) for minute in range(5)]
    found = ask(asked(limit=2))

    assert ([one.correlation_id for one in found.records], found.more) == (["c-3", "c-4"], True)


@pytest.mark.parametrize("text", ["no json", "[]", '{"record": 7}', '{"record": {"kind": "hop"}}', "{}"])
def test_a_line_that_is_no_note_is_passed_over(ask: Any, ports: Ports, text: str):
    ports.lines = [LogLine(at=BEGIN, log_group="/aws/lambda/relay", text=text), note(1)]

    assert [one.correlation_id for one in ask(asked()).records] == ["c-1"]


def test_a_note_says_neither_whose_it_is_nor_when(ask: Any, ports: Ports):
    """A function tells what it did; where and when is what the log knows."""
    ports.lines = [note(1, unit="campaigns", at="2020-01-01T00:00:00Z")]
    (found,) = ask(asked()).records

    assert (found.unit, found.at) == ("points-ledger", BEGIN + timedelta(minutes=1))


def test_a_note_says_which_invocation_it_is_of(ask: Any, ports: Ports):
    """As its line does; what stands in the note itself does not count."""
    line = note(1, request_id="forged")
    said = json.dumps({**json.loads(line.text), "function_request_id": "r-1"})
    ports.lines = [LogLine(at=line.at, log_group=line.log_group, text=said), note(2, request_id="forged")]
    assert [one.request_id for one in ask(asked()).records] == ["r-1", None]


def test_the_desk_speaks_its_contract(ports: Ports, there: World):
    it = UnitAdmin(inventory=INVENTORY, ports=UnitAdminPorts(queues=ports, logs=ports, sweeper=ports))
    handler = CapabilityHandler(unit_admin("points-ledger"), it.answer)
    call = {"metadata": {"correlation_id": "c"}, "data": {"question": {"ask": "health"}}}
    reply = handler.answer(call, there.runtime)

    assert isinstance(msgspec.convert(reply["answer"], AdminAnswer).answer, Health)


def test_the_inventory_is_read_as_infrastructure_writes_it():
    assert read_inventory(msgspec.json.encode(INVENTORY).decode()) == INVENTORY


@pytest.mark.parametrize("text", ["", "{}", '{"queues": []}'])
def test_an_inventory_that_is_none_is_a_wrong_deployment(text: str):
    with pytest.raises(InvalidEnvironment, match="environment variable UNIT_ADMIN"):
        read_inventory(text)
