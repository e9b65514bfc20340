"""Where read APIs answer, and what goes into a request: on AWS, without asking it."""

from typing import Any, cast

import boto3
import pytest

from pbckit.cli.client.read_api import ReadApis, Route, chosen, filled, refusal
from pbckit.cli.client.session import Place
from pbckit.cli.errors import NotFound, OperatorError
from pbckit.infra.names import Names

APIS = {"rewards-dev-points-ledger_read-api": "abc1", "rewards-prod-points-ledger_read-api": "abc2", "other": "abc3"}
ADDRESS = "https://abc1.execute-api.eu-central-1.amazonaws.com/v1/members/{member_id}/statement"


class Gateway:
    """API Gateway with the APIs of several environments, on two pages."""

    def client(self, service: str, endpoint_url: str | None = None) -> "Gateway":
        assert (service, endpoint_url) == ("apigateway", None)
        return self

    def get_paginator(self, operation: str) -> "Gateway":
        assert operation == "get_rest_apis"
        return self

    def paginate(self) -> list[dict[str, Any]]:
        listed = [{"name": name, "id": api} for name, api in APIS.items()]
        return [{"items": listed[1:]}, {"items": listed[:1]}]


@pytest.fixture
def routes() -> list[Route]:
    names = Names(
        project="rewards", environment="dev", unit="operations", account="111111111111", region="eu-central-1"
    )
    caller = cast("boto3.Session", Gateway())
    return ReadApis(Place(caller=caller, endpoint=None, names=names)).routes()


def test_only_the_apis_of_the_environment_are_listed(routes: list[Route]):
    assert [(one.unit, one.capability) for one in routes] == [
        ("points-ledger", "balance"),
        ("points-ledger", "forecast"),
        ("points-ledger", "statement"),
    ]


def test_a_question_has_its_address_and_what_must_be_allowed(routes: list[Route]):
    found = chosen(routes, "points-ledger.statement")
    assert found.address == ADDRESS
    assert found.invoke == "arn:aws:execute-api:eu-central-1:111111111111:abc1/v1/GET/members/*/statement"


def test_a_question_that_no_api_answers_is_named_with_those_that_there_are(routes: list[Route]):
    with pytest.raises(NotFound, match=r"'tiers\.tier'; there are: points-ledger\.balance, "):
        chosen(routes, "tiers.tier")


def test_fields_go_into_the_path_and_the_query():
    assert filled(ADDRESS, {"member_id": "a/b c", "at": "2026-01-01T00:00:00Z"}) == (
        "https://abc1.execute-api.eu-central-1.amazonaws.com/v1/members/a%2Fb%20c/statement?at=2026-01-01T00%3A00%3A00Z"
    )


def test_a_field_of_the_path_cannot_be_left_out():
    with pytest.raises(OperatorError, match=r"member_id is missing; give it as member_id=VALUE"):
        filled(ADDRESS, {"limit": "1"})


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error":"UnknownMember","message":"no m-1"}', "404 UnknownMember: no m-1"),
        (b'{"Message":"User: x is not authorized"}', "404: User: x is not authorized"),
        (b"<html>", "404: <html>"),
    ],
)
def test_whoever_refuses_is_quoted(body: bytes, said: str):
    assert str(refusal(404, body)) == said
