"""Lambda executions that the program can take at once: counted as the graph has them, and held against a quota."""

import json
from collections import Counter
from typing import Any

import pytest

from pbckit.cli.docs.quotas_page import Environment, quotas_page
from pbckit.infra.concurrency import calls_at_once
from pbckit.infra.configuration import InvalidConfiguration
from pbckit.infra.workflow import side_by_side
from pbckit.sandbox.graph import Graph
from pbckit.sandbox.program import capture
from tests.conftest import ROOT, captured

MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping"
CEILINGS = {"dev": 5, "staging": 20, "prod": 50}
TAKEN = {"dev": 139, "staging": 319, "prod": 724}


def total(graph: Graph) -> int:
    return sum(sum(kinds.values()) for kinds in graph.outputs["concurrency"].values())


def with_quota(quota: int, stack: str = "dev") -> Graph:
    return capture(stack, root=ROOT, config={"rewards:lambdaConcurrencyQuota": str(quota)})


def unit_of(function_arn: str) -> str:
    return function_arn.split(":")[6].removeprefix("rewards-dev-").partition("_")[0]


def test_the_sums_are_those_of_the_graph(dev: Graph):
    """Counted anew: mappings with their ceilings, starters with the calls that they wait for, streams, schedules."""
    functions = {one.inputs["name"]: one.inputs for one in dev.by_type("aws:lambda/function:Function")}
    counted: Counter[tuple[str, str]] = Counter()
    for mapping in dev.by_type(MAPPING):
        name = mapping.inputs["functionName"].split(":")[6]
        unit = unit_of(mapping.inputs["functionName"])
        if "startingPosition" in mapping.inputs:
            counted[unit, "relays"] += 4
        elif "STATE_MACHINE" in functions[name]["environment"]["variables"]:
            starters = mapping.inputs["scalingConfig"]["maximumConcurrency"]
            counted[unit, "workflows"] += starters * (1 + mapping.inputs["batchSize"])
        else:
            counted[unit, "consumers"] += mapping.inputs["scalingConfig"]["maximumConcurrency"]
    for schedule in dev.by_type("aws:scheduler/schedule:Schedule"):
        target = schedule.inputs["target"]["arn"]
        timeout = functions[target.split(":")[6]]["timeout"]
        minutes = int(schedule.inputs["scheduleExpression"].removeprefix("rate(").split()[0])
        counted[unit_of(target), "schedules"] += max(1, -(-timeout // (60 * minutes)))
    told = {
        (unit, kind): number
        for unit, kinds in dev.outputs["concurrency"].items()
        for kind, number in kinds.items()
        if number
    }
    assert told == counted


@pytest.mark.parametrize("stack", TAKEN)
def test_it_grows_with_the_ceiling_of_each_environment(stack: str):
    assert total(captured(stack)) == TAKEN[stack]
    environments = {name: Environment(captured(name), ceiling) for name, ceiling in CEILINGS.items()}
    assert f"| {stack} | {CEILINGS[stack]} | {TAKEN[stack]} |" in quotas_page("dev", environments)


@pytest.mark.parametrize(
    ("ceiling", "expected"), [(2, (2, 1)), (3, (3, 1)), (6, (2, 3)), (20, (2, 10)), (50, (5, 10)), (1000, (100, 10))]
)
def test_few_starters_wait_for_as_many_workflows_as_the_ceiling_says(ceiling: int, expected: tuple[int, int]):
    assert side_by_side(ceiling) == expected


def test_every_ceiling_is_kept_to_the_message():
    for ceiling in range(2, 1001):
        starters, batch = side_by_side(ceiling)
        assert (starters * batch, starters >= 2, 1 <= batch <= 10) == (ceiling, True, True)


def test_a_facade_waits_for_what_is_behind_it():
    counted = captured("migration").outputs["concurrency"]
    assert counted["earn-points"]["workflows"] == 3 * 3
    assert counted["redeem-points"]["workflows"] == 2 * 3


def test_a_quota_that_is_large_enough_passes():
    assert total(with_quota(TAKEN["dev"])) == TAKEN["dev"]


def test_a_quota_that_is_too_small_is_one_line():
    with pytest.raises(InvalidConfiguration) as error:
        with_quota(TAKEN["dev"] - 1)
    assert str(error.value) == (
        f"rewards:lambdaConcurrencyQuota is '{TAKEN['dev'] - 1}'; allowed: at least {TAKEN['dev']}, which"
        " rewards:maximumConcurrency 5 takes; lower that, or have the account's quota raised"
    )


def test_a_stack_of_one_unit_counts_that_unit():
    assert total(with_quota(36, stack="dev-points-ledger")) == 36
    with pytest.raises(InvalidConfiguration, match="at least 36"):
        with_quota(35, stack="dev-points-ledger")


def test_every_starter_waits_for_one_call_at_a_time(dev: Graph):
    """What the shipped workflows are: the factor above is theirs."""
    machines = dev.by_type("aws:sfn/stateMachine:StateMachine")
    assert [calls_at_once(one.inputs["definition"]) for one in machines] == [1] * 5


CALL = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke"}
SEND = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage"}


def machine(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


@pytest.mark.parametrize(
    ("definition", "calls"),
    [
        (machine(a=CALL, b=CALL), 1),
        (machine(a=SEND, b={"Type": "Pass"}), 0),
        (machine(a=CALL, b={"Type": "Parallel", "Branches": [machine(c=CALL), machine(d=CALL, e=CALL)]}), 2),
        (machine(a={"Type": "Map", "MaxConcurrency": 7, "ItemProcessor": machine(b=CALL)}), 7),
        (machine(a={"Type": "Map", "ItemProcessor": machine(b=CALL)}), 40),
        (machine(a={"Type": "Map", "MaxConcurrency": 2, "ItemProcessor": machine(
            b={"Type": "Parallel", "Branches": [machine(c=CALL), machine(d=CALL), machine(e=SEND)]})}), 4),
    ],
    ids=["one after another", "none", "parallel", "map", "map without a ceiling", "parallel in a map"],
)  # fmt: skip
def test_what_runs_side_by_side_counts_together(definition: dict[str, Any], calls: int):
    assert calls_at_once(json.dumps(definition)) == calls
