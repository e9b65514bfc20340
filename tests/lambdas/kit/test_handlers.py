"""What turns functions into handlers: capability and subscriber."""

import json

import pytest

from contracts.points_calculation import PointsCalculated
from contracts.points_ledger import BALANCE, Balance, GetBalance, UnknownMember
from lambdas.kit.capability import Asked, capability
from lambdas.kit.subscriber import NotYet, Received, Subscriber
from tests.lambdas.memory import MemoryWorld, call, world


@capability(BALANCE)
def balance(request: GetBalance, asked: Asked) -> Balance:
    if request.member_id == "nobody":
        raise UnknownMember("nobody is no member")
    return Balance(member_id=request.member_id, balance_points=7, version=len(asked.cause.correlation_id))


def event(event_id: str = "e-1", source: str = "points-calculation", **changes: object) -> str:
    data = {
        "purchase_id": "p-1",
        "member_id": "m-1",
        "points": 5,
        "category": "fuel",
        "fallbacks": [],
        "lines": [],
        "posted_at": "2026-06-01T00:00:00Z",
        **changes,
    }
    metadata = {
        "event_id": event_id,
        "occurred_at": "2026-06-01T00:00:00Z",
        "schema_version": 1,
        "aggregate_id": "p-1",
        "sequence": 1,
        "correlation_id": "c-1",
    }
    return json.dumps(
        {"source": source, "detail-type": "PointsCalculated", "detail": {"metadata": metadata, "data": data}}
    )


class TestCapability:
    def test_answers(self):
        assert balance.answer(call({"member_id": "m"}), world().runtime) == {
            "answer": {"member_id": "m", "balance_points": 7, "version": 11}
        }

    def test_refuses_by_the_contracts_error(self):
        assert balance.answer(call({"member_id": "nobody"}), world().runtime) == {
            "refusal": {"error": "UnknownMember", "message": "nobody is no member"}
        }

    @pytest.mark.parametrize(
        ("given", "names"),
        [
            (call({"member_id": 5}), "$.member_id"),
            (call({}), "member_id"),
            (call({"member_id": "m", "colour": "red"}), "colour"),
            ({"data": {"member_id": "m"}}, "metadata"),
            ({"metadata": {}, "data": {"member_id": "m"}}, "correlation_id"),
            (None, "object"),
            ([], "object"),
        ],
    )
    def test_refuses_what_does_not_fit_and_names_it(self, given: object, names: str):
        refusal = balance.answer(given, world().runtime)["refusal"]
        assert refusal["error"] == "InvalidRequest"
        assert names in refusal["message"]
        assert "points-ledger balance" in refusal["message"]


class TestSubscriber:
    @pytest.fixture
    def there(self) -> MemoryWorld:
        return world()

    @pytest.fixture
    def seen(self) -> list[str]:
        return []

    @pytest.fixture
    def consumer(self, seen: list[str]) -> Subscriber:
        subscriber = Subscriber()

        @subscriber.on(PointsCalculated)
        def on_calculated(event: PointsCalculated, received: Received) -> None:
            if event.points == 13:
                raise NotYet("its cause is missing")
            seen.append(event.purchase_id)
            received.unit_of_work().commit()

        return subscriber

    def test_handles_an_event_once(self, consumer: Subscriber, there: MemoryWorld, seen: list[str]):
        consumer.consume(event(), there.runtime)
        consumer.consume(event(), there.runtime)
        assert seen == ["p-1"]
        assert there.dead_letters.letters == []

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            ("no json", "DecodeError"),
            ("[]", "ValidationError"),
            (event(points="many"), "$.points"),
            (event(source="somebody"), "is not subscribed to"),
            (event(member_id="two words"), "$.member_id"),
        ],
    )
    def test_puts_poison_aside_at_once_with_its_reason(
        self, consumer: Subscriber, there: MemoryWorld, seen: list[str], body: str, reason: str
    ):
        consumer.consume(body, there.runtime, attempts=2)
        ((kept, attributes),) = there.dead_letters.letters
        assert kept == body
        assert reason in attributes["reason"]
        assert (attributes["source"], attributes["attempts"]) == ("points-ledger", "2")
        assert attributes["correlation_id"] == ("c-1" if body.startswith("{") else "none")
        assert seen == []

    def test_refuses_the_same_id_with_other_content(self, consumer: Subscriber, there: MemoryWorld, seen: list[str]):
        consumer.consume(event(), there.runtime)
        consumer.consume(event(points=6), there.runtime)
        assert seen == ["p-1"]
        assert "ConflictingMessage" in there.dead_letters.letters[0][1]["reason"]

    def test_leaves_what_came_too_early_to_be_delivered_again(self, consumer: Subscriber, there: MemoryWorld):
        with pytest.raises(NotYet):
            consumer.consume(event(points=13), there.runtime, attempts=4)
        assert there.dead_letters.letters == []

    def test_gives_the_reason_on_the_last_attempt(self, consumer: Subscriber, there: MemoryWorld):
        consumer.consume(event(points=13), there.runtime, attempts=5)
        assert there.dead_letters.letters[0][1]["reason"] == "NotYet: its cause is missing"
