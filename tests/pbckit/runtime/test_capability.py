"""What turns a function into the handler of a capability."""

import dataclasses
import io
import json
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any

import pytest

from contracts.points_ledger import BALANCE, Balance, GetBalance, PointsPosted, UnknownMember
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.observability import logger, observed
from pbckit.testing.world import World, world

CONTEXT = SimpleNamespace(aws_request_id="request-1", function_name="balance")


class Broken(Exception):
    """What hinders the function."""


@capability(BALANCE)
def balance(request: GetBalance, call: CallContext) -> Balance:
    """Stands for any capability. It also publishes, so that one sees what its events inherit."""
    if request.member_id == "nobody":
        raise UnknownMember("nobody is no member")
    if request.member_id == "broken":
        raise Broken
    if request.member_id == "slow":
        call.runtime.clock.sleep(1)  # pyright: ignore[reportAttributeAccessIssue] of the simulated one
    work = call.unit_of_work()
    work.publish(PointsPosted(posting_id=call.cause.actor, member_id="m", points=1, balance_points=1), sequence=1)
    work.commit()
    return Balance(member_id=request.member_id, balance_points=7, version=2)


def call(data: object, **metadata: object) -> dict[str, Any]:
    return {"metadata": {"correlation_id": "c-1", **metadata}, "data": data}


def envelope(there: World) -> dict[str, Any]:
    (item,) = there.outbox
    return json.loads(item["detail"])


@pytest.fixture
def there() -> World:
    return world("points-ledger")


def test_answers(there: World):
    reply = balance.answer(call({"member_id": "m"}), there.runtime)

    given = {"member_id": "m", "balance_points": 7, "version": 2}
    zeros = dict.fromkeys(("held_points", "spendable_points", "debt_points", "blocked_points", "pending_points"), 0)
    never = {"enrolled_at": None, "closed_at": None, "merged_into": None, "merged_from": []}
    assert reply == {"answer": {**given, **zeros, **never, "state": "open"}}


def test_refuses_by_the_contracts_error(there: World):
    reply = balance.answer(call({"member_id": "nobody"}), there.runtime)

    assert reply == {"refusal": {"error": "UnknownMember", "message": "nobody is no member"}}


def test_what_hinders_the_function_is_raised(there: World):
    with pytest.raises(Broken):
        balance.answer(call({"member_id": "broken"}), there.runtime)


@pytest.mark.parametrize(("member_id", "slow"), [("m", 0.0), ("nobody", 0.0), ("slow", 1.0), ("broken", 1.0)])
def test_an_answer_is_slow_after_its_limit_and_so_is_none(
    there: World, capsys: pytest.CaptureFixture[str], member_id: str, slow: float
):
    with suppress(Broken), observed(CONTEXT):
        balance.answer(call({"member_id": member_id}), dataclasses.replace(there.runtime, slow_after_ms=500))
    (metrics,) = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
    assert metrics["SlowBalance"] == [slow]


def test_nothing_is_measured_where_nothing_is_promised(there: World, capsys: pytest.CaptureFixture[str]):
    with observed(CONTEXT):
        balance.answer(call({"member_id": "slow"}), there.runtime)
    assert "SlowBalance" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (call({"member_id": 5}), "member_id is "),
        (call({"member_id": "two words"}), "member_id is "),
        (call({}), "member_id"),
        (call({"member_id": "m", "colour": "red"}), "colour"),
        ({"data": {"member_id": "m"}}, "metadata"),
        ({"metadata": {}, "data": {"member_id": "m"}}, "correlation_id"),
        ({"metadata": {"correlation_id": "c"}}, "data"),
        (None, "object"),
        ([], "object"),
    ],
)
def test_refuses_what_does_not_fit_and_names_it(there: World, given: object, names: str):
    refusal = balance.answer(given, there.runtime)["refusal"]

    assert refusal["error"] == "InvalidRequest"
    assert names in refusal["message"]
    assert "points-ledger balance" in refusal["message"]
    assert there.outbox == []


def test_events_inherit_the_calls_correlation_cause_trace_and_actor(there: World):
    given = call({"member_id": "m"}, causation_id="event-0", trace_header="Root=1-a-b", actor="ada")
    balance.answer(given, there.runtime)

    metadata = envelope(there)["metadata"]
    assert (metadata["correlation_id"], metadata["causation_id"]) == ("c-1", "event-0")
    assert metadata["trace_header"] == "Root=1-a-b"
    assert envelope(there)["data"]["posting_id"] == "ada"


def test_without_a_trace_in_the_call_its_own_goes_on():
    there = world("points-ledger", traces=FixedTraces())
    balance.answer(call({"member_id": "m"}), there.runtime)

    assert envelope(there)["metadata"]["trace_header"] == "Root=own beneath points-ledger balance c-1"


def test_the_handler_works_in_lambdas_runtime_and_sends_metrics(
    there: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("pbckit.runtime.capability.lambda_runtime", lambda *_needed: there.runtime)
    monkeypatch.setattr(logger.registered_handler, "stream", io.StringIO())

    reply = balance(call({"member_id": "nobody"}), CONTEXT)

    assert reply["refusal"]["error"] == "UnknownMember"
    note, log = (json.loads(line) for line in logger.registered_handler.stream.getvalue().splitlines())
    assert (note["record"]["name"], note["record"]["outcome"]) == ("balance", "refused: UnknownMember")
    assert (log["message"], log["correlation_id"], log["function_request_id"]) == ("refused", "c-1", "request-1")
    metrics = json.loads(capsys.readouterr().out)
    assert metrics["Refusals"] == [1.0]
    assert metrics["service"] == "points-ledger"
    assert metrics["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "rewards"


class FixedTraces:
    """Traces whose headers show what they were made of."""

    def own(self) -> str | None:
        return "Root=own"

    @contextmanager
    def continued(self, name: str, header: str | None, annotations: dict[str, str]):
        yield f"{header} beneath {name} {annotations['correlation_id']}"
