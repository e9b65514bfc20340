"""The function that runs a workflow for each event of its queue."""

import io
import json
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from contracts.cards import PurchaseRefunded
from contracts.vocabulary import Money
from pbckit.runtime import starter
from pbckit.runtime.deliveries import pause_seconds
from pbckit.runtime.environment import read
from pbckit.runtime.observability import logger
from pbckit.testing.deliveries import bus_event, sqs_batch
from pbckit.testing.world import BEGIN, World, world

MACHINE = "arn:aws:states:eu-central-1:000000000000:stateMachine:earn"
CONTEXT = SimpleNamespace(aws_request_id="request-1", function_name="earn-starter")
REFUNDED = PurchaseRefunded(id="r-1", purchase_id="p-1", amount=Money(minor_units=1, currency="EUR"), refunded_at=BEGIN)


class StepFunctions:
    """The client in the place of Step Functions: executions end as told."""

    def __init__(self) -> None:
        self.started: list[dict[str, Any]] = []
        self.endings: dict[str, Any] = {}

    def start_sync_execution(self, **request: Any) -> dict[str, Any]:
        self.started.append(request)
        ending = self.endings.get(request["input"], {"status": "SUCCEEDED"})
        if isinstance(ending, Exception):
            raise ending
        return ending


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch) -> World:
    there = world("earn-points")
    monkeypatch.setattr(starter, "lambda_runtime", lambda *_needed: there.runtime)
    monkeypatch.setattr(starter, "environment", lambda: read({"UNIT": "earn-points", "STATE_MACHINE": MACHINE}))
    return there


@pytest.fixture
def workflows(monkeypatch: pytest.MonkeyPatch) -> StepFunctions:
    client = StepFunctions()
    monkeypatch.setattr(starter, "_client", lambda: client)
    return client


def test_each_event_gets_an_execution_in_its_own_trace(there: World, workflows: StepFunctions):
    traced, untraced = bus_event(REFUNDED, trace_header="Root=1-a-b"), bus_event(REFUNDED)

    assert starter.handler(sqs_batch([traced, untraced]), CONTEXT) == {"batchItemFailures": []}
    assert workflows.started == [
        {"stateMachineArn": MACHINE, "input": traced, "traceHeader": "Root=1-a-b"},
        {"stateMachineArn": MACHINE, "input": untraced},
    ]
    assert there.dead_letters.sent == []


def test_workflows_of_a_batch_run_side_by_side(there: World, monkeypatch: pytest.MonkeyPatch):
    """Each waits until all ten have begun: one after the other they would never end."""
    begun = Barrier(10, timeout=10)

    class Waiting(StepFunctions):
        def start_sync_execution(self, **request: Any) -> dict[str, Any]:
            begun.wait()
            return super().start_sync_execution(**request)

    workflows = Waiting()
    monkeypatch.setattr(starter, "_client", lambda: workflows)
    assert starter.handler(sqs_batch([bus_event(REFUNDED)] * 10), CONTEXT) == {"batchItemFailures": []}
    assert len(workflows.started) == 10
    assert there.dead_letters.sent == []


def test_of_a_batch_what_failed_comes_again_alone(there: World, workflows: StepFunctions):
    bodies = [bus_event(REFUNDED, trace_header=f"Root=1-{number}") for number in range(10)]
    workflows.endings[bodies[3]] = {"status": "FAILED"}
    workflows.endings[bodies[7]] = RuntimeError("of no known kind")
    batch = sqs_batch(bodies)
    answer = starter.handler(batch, CONTEXT)
    again = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
    assert again == {batch["Records"][number]["messageId"] for number in (3, 7)}
    assert there.dead_letters.sent == []


@pytest.mark.parametrize(
    "body", ["no json", "[]", '{"detail": "text"}', '{"detail": {"metadata": {"trace_header": 7}}}']
)
def test_an_event_of_any_form_is_for_the_workflow_to_judge(there: World, workflows: StepFunctions, body: str):
    assert starter.handler(sqs_batch([body]), CONTEXT) == {"batchItemFailures": []}
    assert workflows.started == [{"stateMachineArn": MACHINE, "input": body}]


FAILURES = {
    "States.TaskFailed: no ledger": {"status": "FAILED", "error": "States.TaskFailed", "cause": "no ledger"},
    "TIMED_OUT: no cause": {"status": "TIMED_OUT"},
    "StateMachineDoesNotExist": ClientError(
        {"Error": {"Code": "StateMachineDoesNotExist", "Message": ""}}, "StartSyncExecution"
    ),
}


@pytest.mark.parametrize("reason", FAILURES)
def test_what_fails_comes_again_alone_and_in_the_end_is_put_aside(there: World, workflows: StepFunctions, reason: str):
    good, bad = bus_event(REFUNDED, event_id="good"), bus_event(REFUNDED, event_id="bad", correlation_id="c-9")
    workflows.endings[bad] = FAILURES[reason]
    last = there.runtime.maximum_receives

    early = starter.handler(sqs_batch([good, bad], attempts=last - 1), CONTEXT)
    assert early == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    assert [seconds for _, seconds in there.deliveries.postponed] == [pause_seconds(last - 1)]
    assert there.dead_letters.sent == []

    assert starter.handler(sqs_batch([bad], attempts=last), CONTEXT) == {"batchItemFailures": []}
    ((body, attributes),) = there.dead_letters.sent
    assert json.loads(body) == json.loads(bad)
    assert reason in attributes["reason"]
    assert (attributes["attempts"], attributes["correlation_id"]) == (str(last), "c-9")


@pytest.mark.parametrize(
    ("output", "outcome", "detail"),
    [
        ('{"fallbacks": ["rate", "bonuses"], "set_aside": false}', "done", "fallbacks: rate, bonuses"),
        ('{"fallbacks": [], "set_aside": true}', "set aside", None),
        ('{"fallbacks": [], "refused": "ForeignCurrency"}', "refused: ForeignCurrency", None),
        ("{}", "done", None),
        ("", "done", None),
    ],
    ids=["fallbacks", "set aside", "refused", "nothing told", "no output"],
)
def test_what_a_workflow_tells_at_its_end_is_noted(
    there: World,
    workflows: StepFunctions,
    monkeypatch: pytest.MonkeyPatch,
    output: str,
    outcome: str,
    detail: str | None,
):
    monkeypatch.setattr(logger.registered_handler, "stream", io.StringIO())
    body = bus_event(REFUNDED)
    workflows.endings[body] = {"status": "SUCCEEDED", "output": output}
    starter.handler(sqs_batch([body]), CONTEXT)
    record = json.loads(logger.registered_handler.stream.getvalue())["record"]
    assert (record["what"], record["name"], record["aggregate_id"]) == ("ran", "PurchaseRefunded", "p-1")
    assert (record["outcome"], record.get("detail")) == (outcome, detail)
