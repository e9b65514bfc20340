"""`rewards release`: new code gets its share, then everything or nothing."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from pbckit.cli.deployment import release
from tests.conftest import captured
from tests.ops.aws import client_error
from tests.ops.conftest import Rewards

UNIT = "campaigns"
BONUSES, RELAY = "rewards-dev-campaigns_bonuses", "rewards-dev-campaigns_relay"


class Pages:
    """A paginator with one page."""

    def __init__(self, page: dict[str, Any]) -> None:
        self._page = page

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        yield self._page


@dataclass
class ScriptedFunctions:
    """Lambda's client: functions whose alias is at version 1; those in `published` have a newer one."""

    published: dict[str, int] = field(default_factory=dict[str, int])
    at: dict[str, tuple[str, dict[str, float]]] = field(default_factory=dict[str, tuple[str, dict[str, float]]])
    moved: list[tuple[str, str, dict[str, float]]] = field(default_factory=list[tuple[str, str, dict[str, float]]])
    stuck: str = ""
    """A function whose alias cannot get a share."""

    def get_alias(self, *, FunctionName: str, Name: str) -> dict[str, Any]:  # noqa: N803 boto3's own names
        assert Name == "live"
        return {"FunctionVersion": self.at.get(FunctionName, ("1", {}))[0]}

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_versions_by_function"
        return self

    def paginate(self, *, FunctionName: str) -> Iterator[dict[str, Any]]:  # noqa: N803
        newest = self.published.get(FunctionName, 1)
        yield {"Versions": [{"Version": "$LATEST"}, *({"Version": str(one)} for one in range(1, newest + 1))]}

    def update_alias(
        self,
        *,
        FunctionName: str,  # noqa: N803
        Name: str,  # noqa: N803
        FunctionVersion: str,  # noqa: N803
        RoutingConfig: dict[str, Any],  # noqa: N803
    ) -> None:
        assert Name == "live"
        shares = RoutingConfig["AdditionalVersionWeights"]
        if FunctionName == self.stuck and shares:
            raise client_error("TooManyRequestsException", "slow down", "UpdateAlias")
        self.at[FunctionName] = (FunctionVersion, shares)
        self.moved.append((FunctionName, FunctionVersion, shares))


@dataclass
class ScriptedAlarms:
    """CloudWatch's client: what rings at each look; the last stands for all looks after it."""

    looks: list[list[str]]

    def get_paginator(self, operation: str) -> Pages:
        assert operation == "describe_alarms"
        ringing = self.looks.pop(0) if len(self.looks) > 1 else self.looks[0]
        return Pages({"MetricAlarms": [{"AlarmName": name} for name in ringing]})


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> ScriptedFunctions:
    monkeypatch.setattr(release, "capture", lambda stack, **_: captured(stack))
    return ScriptedFunctions(published={BONUSES: 12, RELAY: 2})


@pytest.fixture(scope="module")
def alarm() -> str:
    """The name of an alarm of the unit."""
    alarms = captured("dev").by_type("aws:cloudwatch/metricAlarm:MetricAlarm")
    return next(one.inputs["name"] for one in alarms if one.inputs["tags"]["pbc"] == UNIT)


def run(
    rewards: Rewards, monkeypatch: pytest.MonkeyPatch, functions: ScriptedFunctions, *looks: list[str]
) -> tuple[int, Any]:
    clients = {"lambda": functions, "cloudwatch": ScriptedAlarms([*looks])}
    monkeypatch.setattr(release, "_clients", lambda _stack: clients.__getitem__)
    result = rewards("release", UNIT, "--stack", "dev", "--percent", "5", "--minutes", "0", "--json")
    return result.exit_code, json.loads(result.stdout) if result.stdout else result.stderr


def test_new_code_gets_its_share_and_then_everything(
    rewards: Rewards, monkeypatch: pytest.MonkeyPatch, functions: ScriptedFunctions
):
    code, found = run(rewards, monkeypatch, functions, [])
    assert (code, found["released"], found["ringing"]) == (0, True, [])
    assert functions.moved == [
        (BONUSES, "1", {"12": 0.05}),
        (RELAY, "1", {"2": 0.05}),
        (BONUSES, "12", {}),
        (RELAY, "2", {}),
    ]


def test_an_alarm_gives_all_traffic_back_to_the_old_code(
    rewards: Rewards, monkeypatch: pytest.MonkeyPatch, functions: ScriptedFunctions, alarm: str
):
    code, found = run(rewards, monkeypatch, functions, [], [alarm])
    assert (code, found["released"], found["ringing"]) == (1, False, [alarm])
    assert functions.at == {BONUSES: ("1", {}), RELAY: ("1", {})}
    assert (BONUSES, "1", {"12": 0.05}) in functions.moved


def test_an_alarm_that_rings_before_lets_nothing_begin(
    rewards: Rewards, monkeypatch: pytest.MonkeyPatch, functions: ScriptedFunctions, alarm: str
):
    code, found = run(rewards, monkeypatch, functions, [alarm])
    assert (code, found["ringing"], functions.moved) == (1, [alarm], [])


def test_an_alarm_of_another_unit_is_none_of_its_business(
    rewards: Rewards, monkeypatch: pytest.MonkeyPatch, functions: ScriptedFunctions
):
    assert run(rewards, monkeypatch, functions, ["rewards-dev-points-ledger_relay-errors"])[0] == 0


def test_what_fails_half_way_is_put_back(
    rewards: Rewards, monkeypatch: pytest.MonkeyPatch, functions: ScriptedFunctions
):
    functions.stuck = RELAY
    code, told = run(rewards, monkeypatch, functions, [])
    assert (code, "slow down" in told) == (2, True)
    assert functions.at[BONUSES] == ("1", {})


def test_without_new_code_there_is_nothing_to_release(
    rewards: Rewards, monkeypatch: pytest.MonkeyPatch, functions: ScriptedFunctions
):
    functions.published = {}
    code, found = run(rewards, monkeypatch, functions, [])
    assert (code, found["moves"], found["released"], functions.moved) == (0, [], False, [])


def test_an_unknown_unit_is_told_with_those_that_there_are(rewards: Rewards, functions: ScriptedFunctions):
    result = rewards("release", "vouchers", "--stack", "dev")
    assert (result.exit_code, "no unit 'vouchers'" in result.stderr, UNIT in result.stderr) == (2, True, True)
    assert functions.moved == []
