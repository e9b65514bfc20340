"""Capabilities are asked by their alias, with who asks; every way of failing has its error."""

import uuid

import pytest

from contracts.points_ledger import BALANCE, Balance, GetBalance
from pbckit.cli.client.capabilities import LambdaCapabilities, decoded
from pbckit.cli.errors import OperatorError, Refused, Unreachable
from tests.ops.aws import Aws, arn

REQUEST = GetBalance(member_id="member-1")
ANSWER = Balance(member_id="member-1", balance_points=70, version=3)


@pytest.fixture
def capabilities(aws: Aws) -> LambdaCapabilities:
    return LambdaCapabilities(aws.session())


def test_a_capability_is_asked_by_its_alias_and_told_who_asks(aws: Aws, capabilities: LambdaCapabilities):
    aws.lambda_.answers(BALANCE, ANSWER)
    assert capabilities.ask(BALANCE, REQUEST) == ANSWER
    (asked,) = aws.lambda_.asked
    assert asked.function == "arn:aws:lambda:eu-central-1:111111111111:function:rewards-dev-points-ledger_balance:live"
    assert asked.data == {"member_id": "member-1", "at": None}
    assert asked.metadata["actor"] == "ada"


def test_every_call_has_a_correlation_id_of_its_own(aws: Aws, capabilities: LambdaCapabilities):
    aws.lambda_.answers(BALANCE, ANSWER)
    for _ in range(2):
        capabilities.ask(BALANCE, REQUEST)
    first, second = [uuid.UUID(asked.metadata["correlation_id"]) for asked in aws.lambda_.asked]
    assert first != second


def test_a_refusal_has_its_name_and_its_reason(aws: Aws, capabilities: LambdaCapabilities):
    aws.lambda_.refuses(BALANCE, "UnknownMember", "no account for member-1")
    with pytest.raises(Refused) as refused:
        capabilities.ask(BALANCE, REQUEST)
    assert (refused.value.error, refused.value.exit_code) == ("UnknownMember", 1)
    assert str(refused.value) == "UnknownMember: no account for member-1"


def test_a_function_that_fails_is_named_with_what_it_said(aws: Aws, capabilities: LambdaCapabilities):
    aws.lambda_.fails(BALANCE, "no such table")
    with pytest.raises(OperatorError, match=r"rewards-dev-points-ledger_balance.*no such table") as failed:
        capabilities.ask(BALANCE, REQUEST)
    assert not isinstance(failed.value, Refused)


def test_a_function_that_is_not_there_is_named(capabilities: LambdaCapabilities):
    with pytest.raises(Unreachable, match=f"cannot ask {arn(BALANCE)}.*ResourceNotFound"):
        capabilities.ask(BALANCE, REQUEST)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"answer": {"member_id": "member-1"}}', "outside its contract.*balance_points"),
        (b'{"answer": {"member_id": "m", "balance_points": -1, "version": 1}}', "outside its contract.*balance_points"),
        (b"null", "outside its contract"),
        (b"<html>", "outside its contract"),
        (b"{}", "answers neither yes nor no"),
    ],
)
def test_a_reply_outside_the_contract_is_said_to_be_one(body: bytes, reason: str):
    with pytest.raises(OperatorError, match=rf"points-ledger balance .*{reason}"):
        decoded(BALANCE, body)


def test_a_field_that_is_new_to_this_command_is_ignored():
    body = b'{"answer": {"member_id": "member-1", "balance_points": 70, "version": 3, "tier": "silver"}}'
    assert decoded(BALANCE, body) == ANSWER
