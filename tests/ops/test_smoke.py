"""`rewards smoke`: who keeps to the contracts passes, and nothing is changed to find out."""

import json

from pbckit.cli.client.session import OPERATIONS
from pbckit.contracts import catalogue
from pbckit.contracts.definitions import AnyCapability
from pbckit.contracts.envelope import Refusal, Reply
from tests.ops.aws import Aws, arn
from tests.ops.conftest import Rewards

UNIT = "points-ledger"
ASKED = [one for one in catalogue.callable_by(OPERATIONS) if one.unit == UNIT]


def refusing(aws: Aws, *capabilities: AnyCapability) -> None:
    for one in capabilities:
        aws.lambda_.refuses(one, "InvalidRequest", "a field is missing")


def verdicts(rewards: Rewards) -> tuple[int, dict[str, bool]]:
    result = rewards("smoke", UNIT, "--json")
    return result.exit_code, {one["capability"]: one["keeps"] for one in json.loads(result.stdout)["capabilities"]}


def test_a_unit_that_refuses_empty_requests_keeps_its_contracts(rewards: Rewards, aws: Aws):
    refusing(aws, *ASKED)
    assert verdicts(rewards) == (0, {one.name: True for one in ASKED})
    assert {call.function for call in aws.lambda_.asked} == {arn(one) for one in ASKED}
    assert all(call.data == {} for call in aws.lambda_.asked)
    assert "keeps" in rewards("smoke", UNIT).stdout


def test_a_capability_that_is_missing_or_fails_breaks_its_contract(rewards: Rewards, aws: Aws):
    missing, failing, strange, *others = ASKED
    refusing(aws, *others)
    aws.lambda_.fails(failing, "no such module")
    aws.lambda_.decides(strange, lambda _: Reply(refusal=Refusal(error="Surprise", message="not in the contract")))
    code, found = verdicts(rewards)
    assert code == 1
    assert {name for name, keeps in found.items() if not keeps} == {missing.name, failing.name, strange.name}


def test_a_command_that_takes_an_empty_request_breaks_its_contract(rewards: Rewards, aws: Aws):
    refusing(aws, *ASKED)
    command = next(one for one in ASKED if one.changes_state)
    aws.lambda_.decides(command, lambda _: Reply(answer={}))
    assert verdicts(rewards)[1][command.name] is False


def test_an_unknown_unit_is_told_with_those_that_there_are(rewards: Rewards):
    result = rewards("smoke", "vouchers")
    assert (result.exit_code, "no unit 'vouchers'" in result.stderr, UNIT in result.stderr) == (2, True, True)
