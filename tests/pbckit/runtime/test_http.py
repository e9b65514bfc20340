"""Requests of the read API: asked and answered as API Gateway hands them over, by the handler of the capability."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.points_ledger import (
    BALANCE,
    STATEMENT,
    VERIFY,
    Balance,
    GetBalance,
    GetStatement,
    Statement,
    UnknownMember,
    Verification,
    Verify,
)
from pbckit.runtime.capability import CallContext, capability
from pbckit.testing.world import World, world

ACTOR = "arn:aws:sts::111111111111:assumed-role/member-app/session"


@capability(BALANCE)
def balance(request: GetBalance, call: CallContext) -> Balance:
    """Answers with what it was asked."""
    if request.member_id == "nobody":
        raise UnknownMember("nobody is no member")
    at = int(request.at.timestamp()) if request.at else 0
    actor = len(call.cause.actor)
    return Balance(member_id=request.member_id, balance_points=at, version=actor)


@capability(STATEMENT)
def statement(request: GetStatement, _call: CallContext) -> Statement:
    """Answers with what it was asked."""
    return Statement(member_id=request.member_id, balance_points=request.limit, lines=[], next=request.before)


@capability(VERIFY)
def verify(request: Verify, _call: CallContext) -> Verification:
    """Is not part of the read API."""
    return Verification(member_id=request.member_id, lines=0, hash="")


def event(path: dict[str, str] | None, query: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """A request as API Gateway's documentation shows it, as far as it matters."""
    return {
        "resource": "/members/{member_id}/balance",
        "path": "/members/m-1/balance",
        "httpMethod": "GET",
        "headers": {"Accept": "*/*"},
        "multiValueHeaders": {"Accept": ["*/*"]},
        "queryStringParameters": query,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} if query else None,
        "pathParameters": path,
        "stageVariables": None,
        "requestContext": {"requestId": "request-1", "stage": "v1", "identity": {"userArn": ACTOR, "accountId": "1"}},
        "body": None,
        "isBase64Encoded": False,
    } | more


@pytest.fixture
def there() -> World:
    return world("points-ledger")


def asked(handler: Any, request: dict[str, Any], there: World) -> tuple[int, Any]:
    response = handler.served(request, there.runtime)
    assert response["headers"] == {"Content-Type": "application/json", "Cache-Control": "no-store"}
    assert response["isBase64Encoded"] is False
    return response["statusCode"], json.loads(response["body"])


def test_a_question_is_answered(there: World):
    status, body = asked(balance, event({"member_id": "m-1"}), there)
    assert (status, body["member_id"], body["version"]) == (200, "m-1", len(ACTOR))


def test_query_parameters_are_fields_of_the_request(there: World):
    moment = datetime(2026, 6, 1, tzinfo=UTC)
    _, body = asked(balance, event({"member_id": "m-1"}, {"at": "2026-06-01T00:00:00Z"}), there)
    assert body["balance_points"] == int(moment.timestamp())
    _, body = asked(statement, event({"member_id": "m-1"}, {"limit": "7", "before": "12"}), there)
    assert (body["balance_points"], body["next"]) == (7, 12)


def test_characters_that_a_path_encodes_are_read(there: World):
    assert asked(balance, event({"member_id": "m%3A1"}), there)[1]["member_id"] == "m:1"


def test_a_refusal_has_its_status(there: World):
    refusal = {"error": "UnknownMember", "message": "nobody is no member"}
    assert asked(balance, event({"member_id": "nobody"}), there) == (404, refusal)


WRONG: list[tuple[Any, dict[str, Any], str]] = [
    (balance, event(None), "missing required field `member_id`"),
    (balance, event({"member_id": "m 1"}), "member_id is "),
    (balance, event({"member_id": "%00"}), "member_id is "),
    (balance, event({"member_id": "m-1"}, {"at": "yesterday"}), "at is "),
    (balance, event({"member_id": "m-1"}, {"at": ""}), "at is "),
    (balance, event({"member_id": "m-1"}, {"limit": "5"}), "unknown field `limit`"),
    (statement, event({"member_id": "m-1"}, {"limit": "1001"}), "limit is "),
    (statement, event({"member_id": "m-1"}, {"limit": "ten"}), "limit is "),
    (statement, event({"member_id": "m-1"}, {"limit": "1.5"}), "limit is "),
    (statement, event({"member_id": "m-1"}, {"limit": "9" * 5000}), "limit is "),
    (
        statement,
        event({"member_id": "m-1"}, {"limit": "5"}, multiValueQueryStringParameters={"limit": ["5", "6"]}),
        "limit: given more than once",
    ),
]


@pytest.mark.parametrize(("handler", "request_", "said"), WRONG)
def test_a_wrong_request_is_refused_with_its_reason(there: World, handler: Any, request_: dict[str, Any], said: str):
    status, body = asked(handler, request_, there)
    assert (status, body["error"]) == (400, "InvalidRequest")
    assert said in body["message"]


def test_a_member_of_the_path_cannot_be_replaced_by_a_query(there: World):
    status, body = asked(balance, event({"member_id": "m-1"}, {"member_id": "m-2"}), there)
    assert (status, body["member_id"]) == (200, "m-1")


def test_a_capability_without_a_route_answers_no_request(there: World):
    reply = verify.served(event({"member_id": "m-1"}), there.runtime)
    assert reply["refusal"]["error"] == "InvalidRequest"


def test_a_call_of_a_unit_is_answered_as_before(there: World):
    call = {"metadata": {"correlation_id": "c-1"}, "data": {"member_id": "m-1"}}
    assert balance.served(call, there.runtime)["answer"]["member_id"] == "m-1"
