"""What turns functions into the handler of a subscription."""

import dataclasses
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from contracts.campaigns import CampaignChanged
from contracts.points_calculation import PointsAdjusted, PointsCalculated
from contracts.points_ledger import ConflictingPosting, PointsPosted
from pbckit.runtime import relay
from pbckit.runtime.observability import observed
from pbckit.runtime.ports import TransactionConflict
from pbckit.runtime.subscriber import EventContext, NotYet, Subscriber
from pbckit.runtime.unit_of_work import ToldBy, told_by
from pbckit.testing.deliveries import bus_event, changed, sqs_batch
from pbckit.testing.world import BEGIN, World, world

CONTEXT = SimpleNamespace(aws_request_id="request-1", function_name="post-points")
CALCULATED = PointsCalculated(
    purchase_id="p-1", member_id="m-1", points=5, category="fuel", fallbacks=[], lines=[], posted_at=BEGIN
)
ADJUSTED = PointsAdjusted(
    adjustment_id="a-1",
    purchase_id="p-1",
    member_id="m-1",
    points=-5,
    reason="refund",
    text="refund",
    adjusted_at=BEGIN,
)


class Consumer:
    """Stands for any subscription: counts what it handles, commits it, and fails as told."""

    def __init__(self) -> None:
        self.subscriber = Subscriber()
        self.handled: list[str] = []
        self.failures: dict[str, Exception] = {}
        self.subscriber.on(PointsCalculated)(self._on_calculated)
        self.subscriber.on(PointsAdjusted)(self._on_adjusted)

    def _on_calculated(self, event: PointsCalculated, context: EventContext) -> None:
        self._handle(event.purchase_id, context)

    def _on_adjusted(self, event: PointsAdjusted, context: EventContext) -> None:
        self._handle(event.adjustment_id, context)

    def _handle(self, identity: str, context: EventContext) -> None:
        if identity in self.failures:
            raise self.failures[identity]
        work = context.unit_of_work()
        work.publish(PointsPosted(posting_id=identity, member_id="m", points=1, balance_points=1), sequence=1)
        work.commit()
        self.handled.append(identity)


@pytest.fixture
def there() -> World:
    return world("points-ledger")


@pytest.fixture
def consumer() -> Consumer:
    return Consumer()


def test_each_event_type_has_its_reaction(there: World, consumer: Consumer):
    consumer.subscriber.consume(bus_event(CALCULATED, event_id="1"), there.runtime)
    consumer.subscriber.consume(bus_event(ADJUSTED, event_id="2"), there.runtime)

    assert consumer.handled == ["p-1", "a-1"]


def test_an_event_is_handled_once(there: World, consumer: Consumer):
    for _ in range(3):
        consumer.subscriber.consume(bus_event(CALCULATED), there.runtime)

    assert consumer.handled == ["p-1"]
    assert len(there.outbox) == 1
    assert there.dead_letters.sent == []


def test_what_was_handled_is_not_judged_again(there: World, consumer: Consumer):
    """The state may have moved on since: what was right then could fail now."""
    consumer.subscriber.consume(bus_event(CALCULATED), there.runtime)
    consumer.failures["p-1"] = NotYet("it looks different now")

    consumer.subscriber.consume(bus_event(CALCULATED), there.runtime)

    assert consumer.handled == ["p-1"]
    assert there.dead_letters.sent == []


def test_an_event_that_overtakes_its_twin_is_dropped(there: World, consumer: Consumer):
    """The inbox is asked first, and again by the transaction: two deliveries may be handled at the same moment."""
    twin = Consumer()
    there.tables.before_transaction = lambda: twin.subscriber.consume(bus_event(CALCULATED), there.runtime)

    consumer.subscriber.consume(bus_event(CALCULATED), there.runtime)

    assert (consumer.handled, twin.handled) == ([], ["p-1"])
    assert len(there.outbox) == 1


def test_what_follows_carries_correlation_cause_and_trace(there: World, consumer: Consumer):
    body = bus_event(CALCULATED, event_id="event-7", correlation_id="c-9", trace_header="Root=1-a-b;Parent=c")
    consumer.subscriber.consume(body, there.runtime)

    (item,) = there.outbox
    metadata = json.loads(item["detail"])["metadata"]
    assert (metadata["correlation_id"], metadata["causation_id"]) == ("c-9", "event-7")
    assert metadata["trace_header"] == "Root=1-a-b;Parent=c"


def _without(field: str) -> str:
    document = json.loads(bus_event(CALCULATED))
    del document["detail"]["metadata"][field]
    return json.dumps(document)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("no json", "DecodeError"),
        ("", "DecodeError"),
        ("[]", "ValidationError"),
        ('{"source": "points-calculation", "detail-type": "PointsCalculated"}', "detail"),
        (changed(bus_event(CALCULATED), points="many"), "points is "),
        (changed(bus_event(CALCULATED), points=-1), "points is "),
        (changed(bus_event(CALCULATED), member_id="two words"), "member_id is "),
        (changed(bus_event(CALCULATED), lines=[{"kind": "gift"}]), "$.lines[0]"),
        (_without("event_id"), "event_id"),
        (_without("occurred_at"), "occurred_at"),
        (bus_event(CALCULATED).replace('"source": "points-calculation"', '"source": "x"'), "from x is not subscribed"),
        (bus_event(CALCULATED).replace('"PointsCalculated"', '"PointsInvented"'), "PointsInvented from"),
    ],
)
def test_poison_is_put_aside_at_once_with_its_reason(there: World, consumer: Consumer, body: str, reason: str):
    consumer.subscriber.consume(body, there.runtime, attempts=2)

    ((kept, attributes),) = there.dead_letters.sent
    assert kept == body
    assert reason in attributes["reason"]
    assert (attributes["source"], attributes["attempts"]) == ("points-ledger", "2")
    assert attributes["correlation_id"] == ("correlation-1" if '"metadata"' in body else "none")
    assert (consumer.handled, there.outbox, there.inbox) == ([], [], [])


def test_fields_that_are_not_known_are_ignored(there: World, consumer: Consumer):
    consumer.subscriber.consume(changed(bus_event(CALCULATED), colour="red"), there.runtime)

    assert consumer.handled == ["p-1"]


def test_the_same_id_with_other_content_is_refused(there: World, consumer: Consumer):
    consumer.subscriber.consume(bus_event(CALCULATED), there.runtime)
    consumer.subscriber.consume(changed(bus_event(CALCULATED), points=6), there.runtime)

    assert consumer.handled == ["p-1"]
    ((_, attributes),) = there.dead_letters.sent
    assert attributes["reason"] == "ConflictingMessage: event event-1 was handled before with other content"


def test_without_an_inbox_there_is_no_marker_and_no_read(there: World):
    """What is committed remembers the event itself."""
    own, told = Subscriber(inbox=False), list[ToldBy | None]()
    own.on(PointsCalculated)(lambda event, context: _commit(event, context, told))
    own.consume(bus_event(CALCULATED), there.runtime)

    assert (there.inbox, len(there.outbox)) == ([], 1)
    assert [one.event_id for one in told if one is not None] == ["event-1"]


def _commit(event: PointsCalculated, context: EventContext, told: list[ToldBy | None]) -> None:
    told.append(told_by(context.cause))
    work = context.unit_of_work()
    work.publish(PointsPosted(posting_id=event.purchase_id, member_id="m", points=1, balance_points=1), sequence=1)
    work.commit()


@pytest.mark.parametrize("by", ["the archive", "a replay before"])
def test_in_a_replay_other_content_under_a_known_id_is_known(there: World, consumer: Consumer, by: str):
    """Who is rebuilt tells what it meets, in another order perhaps: whoever was told keeps what it knows."""
    consumer.subscriber.consume(bus_event(CALCULATED), there.runtime)
    again = json.loads(changed(bus_event(CALCULATED), points=6))
    if by == "the archive":
        again["replay-name"] = "r-1"
    else:
        again["resources"] = ["replay/r-1"]
    consumer.subscriber.consume(json.dumps(again), there.runtime)

    assert (consumer.handled, there.dead_letters.sent) == (["p-1"], [])


def test_what_follows_from_a_replay_says_so(there: World, consumer: Consumer):
    replayed = json.loads(bus_event(CALCULATED)) | {"replay-name": "r-1"}
    consumer.subscriber.consume(json.dumps(replayed), there.runtime)
    consumer.subscriber.consume(
        bus_event(msgspec.structs.replace(CALCULATED, purchase_id="p-2"), event_id="event-2"), there.runtime
    )

    relay.relay([(item["event_id"], item) for item in there.outbox], there.runtime)
    told = {json.loads(one.detail)["metadata"]["causation_id"]: one.resources for one in there.bus.taken}
    assert told == {"event-1": ("replay/r-1",), "event-2": ()}


def test_a_contracts_refusal_is_put_aside(there: World, consumer: Consumer):
    consumer.failures["p-1"] = ConflictingPosting("another amount")
    consumer.subscriber.consume(bus_event(CALCULATED), there.runtime)

    ((_, attributes),) = there.dead_letters.sent
    assert attributes["reason"] == "ConflictingPosting: another amount"


@pytest.mark.parametrize("failure", [NotYet("its cause is missing"), TransactionConflict("busy"), OSError("network")])
def test_what_may_pass_is_delivered_again_until_the_last_attempt(there: World, consumer: Consumer, failure: Exception):
    consumer.failures["p-1"] = failure
    last = there.runtime.maximum_receives
    for attempt in range(1, last):
        with pytest.raises(type(failure)):
            consumer.subscriber.consume(bus_event(CALCULATED), there.runtime, attempts=attempt)
    assert there.dead_letters.sent == []

    consumer.subscriber.consume(bus_event(CALCULATED), there.runtime, attempts=last)

    ((_, attributes),) = there.dead_letters.sent
    assert attributes["reason"] == f"{type(failure).__name__}: {failure}"
    assert attributes["attempts"] == str(last)


def test_what_came_too_early_is_handled_when_it_comes_again(there: World, consumer: Consumer):
    consumer.failures["a-1"] = NotYet("p-1 is missing")
    with pytest.raises(NotYet):
        consumer.subscriber.consume(bus_event(ADJUSTED, event_id="2"), there.runtime)
    consumer.subscriber.consume(bus_event(CALCULATED, event_id="1"), there.runtime)
    consumer.failures.clear()
    consumer.subscriber.consume(bus_event(ADJUSTED, event_id="2"), there.runtime, attempts=2)

    assert consumer.handled == ["p-1", "a-1"]


@pytest.mark.parametrize(
    ("correlation_id", "sent"),
    [
        ("", "none"),
        ("a\x00b\x1fc", "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}c"),
        (7, "7"),
        ("ok ☕", "ok ☕"),
    ],
)
def test_attributes_are_such_as_sqs_takes(there: World, consumer: Consumer, correlation_id: object, sent: str):
    body = changed(bus_event(CALCULATED, correlation_id=correlation_id), points="many")
    consumer.subscriber.consume(body, there.runtime)

    ((_, attributes),) = there.dead_letters.sent
    assert attributes["correlation_id"] == sent
    assert all(0 < len(value) <= 1000 for value in attributes.values())


@pytest.fixture
def deliver(there: World, consumer: Consumer, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.setattr("pbckit.runtime.subscriber.lambda_runtime", lambda *_needed: there.runtime)
    return lambda bodies, **options: consumer.subscriber(sqs_batch(bodies, **options), CONTEXT)


def test_only_the_failed_messages_of_a_batch_come_again(there: World, consumer: Consumer, deliver: Any):
    consumer.failures["p-2"] = OSError("network")
    bodies = [
        bus_event(msgspec.structs.replace(CALCULATED, purchase_id=f"p-{number}"), event_id=f"e-{number}")
        for number in range(4)
    ]
    answer = deliver([bodies[0], "poison", *bodies[1:]])

    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-3"}]}
    assert len(there.deliveries.postponed) == 1
    assert consumer.handled == ["p-0", "p-1", "p-3"]
    assert [body for body, _ in there.dead_letters.sent] == ["poison"]


def test_a_batch_that_fails_whole_comes_again_whole(consumer: Consumer, deliver: Any):
    consumer.failures["p-1"] = OSError("network")

    assert deliver([bus_event(CALCULATED)]) == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}
    consumer.failures.clear()
    assert deliver([bus_event(CALCULATED)], attempts=2) == {"batchItemFailures": []}
    assert consumer.handled == ["p-1"]


def test_metrics_tell_duplicates_dead_letters_and_lag(deliver: Any, capsys: pytest.CaptureFixture[str]):
    deliver([bus_event(CALCULATED), bus_event(CALCULATED), "poison"])

    (metrics,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert (metrics["Duplicates"], metrics["DeadLetters"]) == ([1.0], [1.0])
    assert 0 < metrics["DeliveryLag"][0] < 1
    units = {one["Name"]: one["Unit"] for one in metrics["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert units["DeliveryLag"] == "Seconds"


@pytest.mark.parametrize(("limit", "late"), [(3599, 1.0), (3700, 0.0)])
def test_an_event_with_a_service_level_is_late_by_the_time_since_all_of_it_began(
    there: World, consumer: Consumer, capsys: pytest.CaptureFixture[str], limit: int, late: float
):
    runtime = dataclasses.replace(there.runtime, late_after={"PointsCalculated": limit})
    began = bus_event(
        CALCULATED, occurred_at=there.clock.time, began_at=(there.clock.time - timedelta(hours=1)).isoformat()
    )
    with observed(CONTEXT):
        consumer.subscriber.consume(began, runtime)
        consumer.subscriber.consume(bus_event(ADJUSTED, event_id="2"), runtime)

    (metrics,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert metrics["LatePointsCalculated"] == [late]
    assert "LatePointsAdjusted" not in metrics


def test_what_is_replayed_is_neither_late_nor_a_lag(
    there: World, consumer: Consumer, capsys: pytest.CaptureFixture[str]
):
    runtime = dataclasses.replace(there.runtime, late_after={"PointsCalculated": 1})
    replayed = {**json.loads(bus_event(CALCULATED, occurred_at=BEGIN - timedelta(days=9))), "replay-name": "again"}
    with observed(CONTEXT):
        consumer.subscriber.consume(json.dumps(replayed), runtime)

    assert consumer.handled == ["p-1"]
    assert "_aws" not in capsys.readouterr().out


def test_what_follows_from_an_event_began_when_that_did_or_with_it(there: World, consumer: Consumer):
    first = bus_event(CALCULATED, event_id="1")
    consumer.subscriber.consume(first, there.runtime)
    earlier = BEGIN - timedelta(days=1)
    consumer.subscriber.consume(bus_event(ADJUSTED, event_id="2", began_at=earlier.isoformat()), there.runtime)

    told = [json.loads(item["detail"]) for item in there.outbox]
    began = {one["data"]["posting_id"]: datetime.fromisoformat(one["metadata"]["began_at"]) for one in told}
    assert began == {"p-1": BEGIN, "a-1": earlier}


def test_events_nobody_reacts_to_are_poison_even_if_well_formed(there: World, consumer: Consumer):
    body = bus_event(ADJUSTED).replace(PointsAdjusted.source, CampaignChanged.source)
    consumer.subscriber.consume(body, there.runtime)

    ((_, attributes),) = there.dead_letters.sent
    assert attributes["reason"] == "Poison: PointsAdjusted from campaigns is not subscribed to"


def test_two_batches_under_way_answer_each_for_its_own(there: World, consumer: Consumer):
    """A batch that comes in between must not change what the first one answers."""
    consumer.failures["a-1"] = NotYet("not yet")
    inner: list[Any] = []
    there.tables.before_transaction = lambda: inner.append(
        consumer.subscriber.answer(sqs_batch([bus_event(ADJUSTED, event_id="2")]), there.runtime)
    )

    outer = consumer.subscriber.answer(sqs_batch([bus_event(CALCULATED, event_id="1")]), there.runtime)

    assert outer == {"batchItemFailures": []}
    assert inner == [{"batchItemFailures": [{"itemIdentifier": "message-0"}]}]
