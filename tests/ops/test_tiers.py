"""Tiers from the terminal, on a unit in memory behind the scripted AWS."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.tiers import LIST_TIERS, SET_TIERS, TIER, TIERS_HISTORY
from lambdas.tiers import list_tiers, set_tiers, tier, tiers_history
from tests.lambdas.tiers.unit import Tiers
from tests.ops.aws import Aws
from tests.ops.conftest import Rewards

JUNE = datetime(2026, 6, 15, tzinfo=UTC)
FROM = ("--effective-from", "2026-01-01T00:00:00Z")
HANDLERS: list[tuple[Any, Any]] = [
    (LIST_TIERS, list_tiers.handler),
    (SET_TIERS, set_tiers.handler),
    (TIER, tier.handler),
    (TIERS_HISTORY, tiers_history.handler),
]


@pytest.fixture
def tiers(aws: Aws) -> Tiers:
    there = Tiers(JUNE)
    for capability, handler in HANDLERS:
        aws.lambda_.runs(capability, handler, there.world.runtime)
    return there


def output(rewards: Rewards, *arguments: str) -> str:
    result = rewards(*arguments)
    assert result.exit_code == 0, result.output
    return result.stdout.strip()


def test_tiers_are_set_listed_and_have_a_history(tiers: Tiers, rewards: Rewards):
    output(rewards, "tiers", "set", "silver=1000", "bronze=0", *FROM)
    output(rewards, "tiers", "set", "basic=0", *FROM, "--replace")
    assert "basic from 0" in output(rewards, "tiers", "list")
    history = output(rewards, "tiers", "history")
    assert "bronze from 0, silver from 1000" in history
    assert "basic from 0" in history
    assert len(json.loads(output(rewards, "tiers", "list", "--json"))["sets"]) == 1


def test_a_members_tier_is_said_in_a_line(tiers: Tiers, rewards: Rewards):
    output(rewards, "tiers", "set", "bronze=0", "silver=1000", *FROM)
    tiers.post("p-1", 1200, JUNE)
    assert output(rewards, "member", "tier", "m-1") == "m-1: silver until 2027-07-01, by 1200 qualifying points"
    tiers.post("r-1", -300, JUNE)
    assert output(rewards, "member", "tier", "m-1") == "m-1: bronze, by 900 qualifying points; 100 more for silver"
    assert json.loads(output(rewards, "member", "tier", "m-1", "--json"))["points_to_next"] == 100


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("tiers", "set", "silver", *FROM), "'silver' is no tier; allowed: NAME=POINTS with whole points"),
        (("tiers", "set", "silver=-1", *FROM), "'silver=-1' is no tier"),
        (("tiers", "set", "a=1", "b=1", *FROM), "InvalidTiers: threshold_points 1: given more than once"),
        (("tiers", "set", "Silver=1", *FROM), "name"),
        (("member", "tier", "m-9"), "UnknownMember: no points of member 'm-9' were counted"),
    ],
)
@pytest.mark.usefixtures("tiers")
def test_what_cannot_be_is_refused_with_its_reason(rewards: Rewards, arguments: tuple[str, ...], message: str):
    result = rewards(*arguments)
    assert result.exit_code in (1, 2)
    assert message in result.stderr
    assert "Traceback" not in result.stderr
