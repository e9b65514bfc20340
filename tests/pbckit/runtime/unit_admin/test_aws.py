"""The unit admin's sweeper in Lambda: asked for what a pointer says, and its failure is told."""

import io
import json
from typing import Any

import pytest

from pbckit.runtime.unit_admin import aws
from pbckit.runtime.unit_admin.aws import LambdaSweeper
from pbckit.runtime.unit_admin.ports import SweepFailed


class Lambda:
    """The client in the place of Lambda."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer: dict[str, Any] = {}

    def invoke(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        return self.answer


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Lambda:
    made = Lambda()
    monkeypatch.setattr(aws, "_client", lambda _service: made)
    return made


def test_the_sweeper_is_asked_to_rehydrate_the_pointer(client: Lambda):
    LambdaSweeper("arn").rehydrate('{"DDBStreamBatchInfo": {"shardId": "s"}}')

    (request,) = client.asked
    assert request["FunctionName"] == "arn"
    assert json.loads(request["Payload"]) == {"rehydrate": {"DDBStreamBatchInfo": {"shardId": "s"}}}


def test_a_sweeper_that_fails_says_why(client: Lambda):
    client.answer = {"FunctionError": "Unhandled", "Payload": io.BytesIO(b"NotRehydrated: 3 of 9")}

    with pytest.raises(SweepFailed, match="NotRehydrated: 3 of 9"):
        LambdaSweeper("arn").rehydrate("{}")


def test_a_letter_that_is_no_pointer_is_not_sent(client: Lambda):
    with pytest.raises(SweepFailed, match="the letter points to nothing"):
        LambdaSweeper("arn").rehydrate("no json")
    assert client.asked == []


def test_a_unit_without_an_outbox_has_nothing_to_rehydrate(client: Lambda):
    with pytest.raises(SweepFailed, match="the unit has no outbox"):
        LambdaSweeper(None).rehydrate("{}")
    assert client.asked == []
