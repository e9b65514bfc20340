"""`rewards status`: what is wrong is told, and told by the exit code."""

import json
from typing import Any

import pytest

from pbckit.contracts.operating import unit_admin
from tests.ops.aws import Aws
from tests.ops.conftest import Rewards
from tests.ops.unit_admins import ScriptedAdmin, letter, record, unit_admins

ALARM = {"AlarmName": "rewards-dev-campaigns_outbox-pending-age", "AlarmDescription": "too old"}


@pytest.fixture
def there(aws: Aws) -> dict[str, ScriptedAdmin]:
    made = unit_admins(aws)
    made["points-ledger"].letters = {"post-points-queue-dlq": []}
    made["points-ledger"].queues = {"post-points-queue": 3}
    return made


def status(rewards: Rewards) -> tuple[int, Any]:
    result = rewards("status", "--json")
    return result.exit_code, json.loads(result.stdout)


def unit(found: Any, name: str) -> Any:
    return next(one for one in found["units"] if one["unit"] == name)


def test_a_system_without_a_fault_is_healthy(rewards: Rewards, there: dict[str, ScriptedAdmin]):
    code, found = status(rewards)

    assert (code, found["healthy"]) == (0, True)
    assert [one["unit"] for one in found["units"]] == list(there)
    assert unit(found, "points-ledger") == {
        "unit": "points-ledger",
        "healthy": True,
        "pending_events": 0,
        "oldest_pending_seconds": None,
        "queues": {"post-points-queue": 3},
        "dead_letters": {"post-points-queue-dlq": 0},
        "alarms": [],
        "fallbacks": {},
        "silent": None,
    }
    shown = rewards("status")
    assert (shown.exit_code, "healthy" in shown.stdout) == (0, True)


@pytest.mark.usefixtures("there")
def test_a_unit_that_does_not_answer_hides_no_other(rewards: Rewards, aws: Aws):
    aws.lambda_.fails(unit_admin("campaigns"), "Task timed out")
    code, found = status(rewards)

    assert (code, found["healthy"]) == (1, False)
    assert [one["unit"] for one in found["units"] if not one["healthy"]] == ["campaigns"]
    assert "Task timed out" in unit(found, "campaigns")["silent"]
    assert unit(found, "points-ledger")["queues"] == {"post-points-queue": 3}
    shown = rewards("status")
    assert "campaigns does not answer: " in shown.stdout
    assert (shown.exit_code, shown.stderr) == (1, "")


def test_where_no_unit_answers_the_command_says_why(rewards: Rewards, aws: Aws, there: dict[str, ScriptedAdmin]):
    for name in there:
        aws.lambda_.fails(unit_admin(name), "Task timed out")
    result = rewards("status", "--json")

    assert (result.exit_code, result.stdout) == (2, "")
    assert "Task timed out" in result.stderr


def test_dead_letters_are_wrong(rewards: Rewards, there: dict[str, ScriptedAdmin]):
    there["points-ledger"].letters = {"post-points-queue-dlq": [letter(1), letter(2)]}
    code, found = status(rewards)

    assert (code, found["healthy"], unit(found, "points-ledger")["healthy"]) == (1, False, False)
    assert unit(found, "points-ledger")["dead_letters"] == {"post-points-queue-dlq": 2}
    assert unit(found, "campaigns")["healthy"]
    assert "post-points-queue-dlq: 2" in rewards("status").stdout


@pytest.mark.parametrize(("oldest", "code"), [(None, 0), (300.0, 0), (301.0, 1)])
def test_events_that_are_pending_for_too_long_are_wrong(
    rewards: Rewards, there: dict[str, ScriptedAdmin], oldest: float | None, code: int
):
    there["campaigns"].pending, there["campaigns"].oldest_seconds = 4, oldest
    got, found = status(rewards)

    assert (got, unit(found, "campaigns")["pending_events"]) == (code, 4)
    assert unit(found, "campaigns")["oldest_pending_seconds"] == oldest


def test_an_alarm_is_its_units(rewards: Rewards, aws: Aws, there: dict[str, ScriptedAdmin]):
    aws.cloudwatch.ringing = [ALARM]
    code, found = status(rewards)

    assert code == 1
    assert [one["unit"] for one in found["units"] if not one["healthy"]] == ["campaigns"]
    assert unit(found, "campaigns")["alarms"] == [
        {"unit": "campaigns", "name": ALARM["AlarmName"], "meaning": "too old"}
    ]
    assert aws.cloudwatch.asked == [
        {"AlarmNamePrefix": "rewards-dev-", "StateValue": "ALARM", "AlarmTypes": ["MetricAlarm"]}
    ]
    assert "ALARM rewards-dev-campaigns_outbox-pending-age: too old" in rewards("status").stdout


@pytest.mark.usefixtures("there")
def test_an_alarm_of_a_unit_without_a_desk_is_shown_too(rewards: Rewards, aws: Aws):
    aws.cloudwatch.ringing = [
        {"AlarmName": "rewards-dev-platform_bus-dlq-messages", "AlarmDescription": "look at the key"}
    ]
    code, found = status(rewards)

    assert code == 1
    assert [one["unit"] for one in found["units"] if not one["healthy"]] == ["platform"]
    assert "ALARM rewards-dev-platform_bus-dlq-messages: look at the key" in rewards("status").stdout


def test_fallbacks_in_use_are_counted_and_are_no_fault(rewards: Rewards, there: dict[str, ScriptedAdmin]):
    there["earn-points"].records = [
        record("ran", "PurchasePosted", unit="earn-points", detail="fallbacks: rate, bonuses"),
        record("ran", "PurchasePosted", unit="earn-points", detail="fallbacks: rate"),
        record("ran", "PurchasePosted", unit="earn-points", detail="no fallbacks: at all"),
    ]
    code, found = status(rewards)

    assert (code, unit(found, "earn-points")["fallbacks"]) == (0, {"rate": 2, "bonuses": 1})
