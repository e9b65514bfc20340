"""What a load costs and which quota it meets: from the graph, counted units, and files of prices and quotas."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import Result

from devtools.units.metering import Metered
from devtools.units.page import BEFORE, in_memory, measured
from devtools.units.way import Place, steps
from ops.capacity.bill import (
    FILE,
    OLD,
    before,
    bill,
    nothing_remembered,
    one_service,
    price_list,
    published_after_commit,
    together,
)
from ops.capacity.limits import limits, quotas, writes_by_table
from ops.capacity.way import FILE as WAY
from ops.capacity.way import Deployed, UnknownStep, Way, lasts, way
from ops.repository import ROOT
from pbckit.cli.errors import OperatorError
from pbckit.cli.topology import subscriptions
from pbckit.testing.silence import silently
from tests.conftest import captured

Rewards = Callable[..., Result]
PRICES = price_list().of("us-east-1")


@pytest.fixture(scope="module")
def prod() -> Way:
    """The way through the stack that is built for load."""
    return way(captured("prod"), measured())


def test_queues_of_the_way_are_those_that_its_events_reach(prod: Way):
    """Each subscription to an event of the way is a queue of it: a unit that follows one more event costs more."""
    events = {"PurchasePosted", "PointsCalculated", "PointsPosted"}
    expected = Counter(edge.target for edge in subscriptions(captured("prod")) if events & set(edge.names))
    assert Counter(one.step.unit for one in prod.steps if one.step.by == "queue") == expected


def test_what_the_workflow_calls_is_on_the_way(prod: Way):
    (machine,) = [one for one in captured("prod").by_type("aws:sfn/stateMachine:StateMachine") if "earn-" in one.name]
    called = [one.step.name for one in prod.steps if one.step.by == "workflow"]
    assert [name for name in called if f"{name}:live" not in machine.inputs["definition"]] == []


def test_a_step_that_the_program_does_not_have_is_said(tmp_path: Path):
    file = tmp_path / "way.yaml"
    file.write_text(WAY.read_text().replace("function: rate,", "function: rte,"))
    with pytest.raises(UnknownStep, match="the program has no function earning-rates_rte"):
        way(captured("prod"), measured(), file)


def test_a_counted_step_that_is_left_out_is_said(tmp_path: Path):
    file = tmp_path / "way.yaml"
    file.write_text("\n".join(line for line in WAY.read_text().splitlines() if "count-points" not in line))
    with pytest.raises(UnknownStep, match="tiers_count-points: for a purchase too"):
        way(captured("prod"), measured(), file)


def test_times_of_the_way_are_those_that_were_measured(prod: Way):
    sections = (ROOT / "docs/benchmarks.md").read_text().split("\n## ")
    (functions,) = [one for one in sections if one.startswith("Memory of functions\n")]
    (relays,) = [one for one in sections if one.startswith("From the outbox to the bus\n")]
    for one in prod.steps:
        computes, waits = f"{one.step.processor * 1000:.1f}", f"{one.step.waits * 1000:.0f}"
        assert f"\n| {one.step.name} | {computes} | {waits} |" in functions
    (calculate,) = [one.step for one in prod.steps if one.step.function == "calculate"]
    assert (prod.one_service.waits, prod.one_service.processor) == (calculate.waits, calculate.processor)
    assert f"\n| the relay | {prod.relay.events_a_second:.0f} |" in relays
    assert f"\nOn {prod.measured:%Y-%m-%d}: " in functions


def test_units_of_the_bill_are_the_counted_ones(prod: Way):
    lines = {(one.service, one.unit): one for one in bill(prod, PRICES)}
    assert lines["DynamoDB", "write units"].amount == sum(one.write for one in measured())
    assert lines["DynamoDB", "read units"].amount == sum(one.read for one in measured())
    assert lines["DynamoDB", "write units"].usd_a_million == pytest.approx(sum(one.write for one in measured()) * 0.625)


def test_a_design_that_publishes_after_its_commit_saves_the_outbox_and_its_relay(prod: Way):
    without = published_after_commit(prod)
    assert sum(one.write for one in prod.steps) - sum(one.write for one in without.steps) == sum(
        one.outbox_write for one in measured()
    )
    assert sum(one.step.events for one in without.steps) == sum(one.step.events for one in prod.steps)
    assert together(one_service(prod, PRICES)) < together(bill(without, PRICES)) < together(bill(prod, PRICES))


def test_what_is_remembered_is_what_the_functions_write_to_know_an_event_by(prod: Way):
    """The ledger by the id of the posting, tiers by the same: nothing else on the way is only there to be known by."""
    meters: dict[str, Metered] = {}

    def place(unit: str) -> Place:
        made = in_memory(unit)
        assert isinstance(made.meter, Metered)
        meters[unit] = made.meter
        return made

    with silently():
        list(steps(place))
    found = {unit: postings(meter) for unit, meter in meters.items()}
    said = {
        unit: [one.step.remembers for one in prod.steps if one.step.remembers and one.step.unit == unit]
        for unit in found
    }
    # Of two purchases.
    assert {unit: [units for units in each for _ in range(2)] for unit, each in said.items()} == found
    without, naive = (sum(one.write for one in it(prod).steps) for it in (published_after_commit, nothing_remembered))
    assert without - naive == sum(sum(each) for each in said.values()) > 0


def postings(meter: Metered) -> list[float]:
    """Write units of each item that is named after a posting."""
    return [units for (_, key), units in meter.writes_by_partition.items() if key.startswith("posting#")]


def test_before_more_was_written_and_each_function_had_as_much_memory(prod: Way):
    former, now = (
        {(one.service, one.unit): one.amount for one in bill(it, PRICES)} for it in (before(prod, BEFORE), prod)
    )
    assert former["DynamoDB", "write units"] == sum(write for write, _ in BEFORE.values())
    assert former["DynamoDB", "read units"] == sum(read for _, read in BEFORE.values())
    changed = {key for key in now if former[key] != now[key]}
    assert changed == {("Lambda", "GB-seconds"), ("DynamoDB", "write units"), ("DynamoDB", "read units")}
    assert all(former[key] > now[key] for key in changed)


def test_full_batches_spare_requests_and_the_starters_waiting(prod: Way):
    one, full = (
        {(line.service, line.unit): line.amount for line in bill(prod, PRICES, in_full_batches=it)}
        for it in (False, True)
    )
    changed = {key for key in one if one[key] != full[key]}
    assert changed == {("Lambda", "requests"), ("Lambda", "GB-seconds"), ("SQS", "requests")}
    assert (one["SQS", "requests"], full["SQS", "requests"]) == (4 * 3, pytest.approx(4 * 1.2))
    (starter,) = [step for step in prod.steps if step.step.starts]
    spared = starter.step.waits * 0.9 * starter.memory / 1024
    assert one["Lambda", "GB-seconds"] - full["Lambda", "GB-seconds"] == pytest.approx(spared)


@pytest.mark.parametrize(("memory", "seconds"), [(128, 1.38203125), (512, 0.345507812), (1769, 0.1), (10_240, 0.1)])
def test_less_memory_is_less_of_a_processor(memory: int, seconds: float):
    assert lasts(0, 0.1, memory) == pytest.approx(seconds)
    assert lasts(2, 0.1, memory) == pytest.approx(2 + seconds)


def test_a_function_with_less_memory_costs_less_where_it_waits_and_the_same_where_it_computes(prod: Way):
    waits, computes = (
        replace(prod, steps=[replace(one, step=msgspec.structs.replace(one.step, **only)) for one in prod.steps])
        for only in ({"processor": 0.0}, {"waits": 0.0})
    )
    half = [
        {(line.service, line.unit): line.amount for line in bill(replace(it, steps=halved(it.steps)), PRICES)}
        for it in (waits, computes)
    ]
    whole = [{(line.service, line.unit): line.amount for line in bill(it, PRICES)} for it in (waits, computes)]
    key = ("Lambda", "GB-seconds")
    assert [after[key] / before[key] for before, after in zip(whole, half, strict=True)] == pytest.approx([0.5, 1])


def halved(steps: Sequence[Deployed]) -> list[Deployed]:
    """The same functions with half of the memory."""
    return [replace(one, memory=one.memory // 2) for one in steps]


def test_the_least_that_carries_comes_first_and_a_ceiling_of_the_stack_counts(prod: Way):
    found = limits(prod, "eu-central-1", quotas())
    assert [one.carries for one in found] == sorted(one.carries for one in found)
    staging = limits(way(captured("staging"), measured()), "eu-central-1", quotas())
    ceilings = {one.what: one.carries for one in staging if "executions at once" in one.what and "_" in one.what}
    assert all(ceilings[one.what] < one.carries for one in found if one.what in ceilings)
    assert len(ceilings) == sum(one.step.by == "queue" for one in prod.steps)


@pytest.mark.parametrize(("region", "requests"), [("us-east-1", 10_000), ("eu-central-1", 2_400), ("ap-east-1", 400)])
def test_a_quota_is_that_of_the_region(prod: Way, region: str, requests: int):
    (events,) = [one for one in limits(prod, region, quotas()) if "PutEvents" in one.what]
    assert (events.allowed, events.carries) == (requests, requests / 3)


def test_every_write_is_in_a_table(prod: Way):
    assert sum(writes_by_table(prod).values()) == sum(one.write for one in prod.steps)


def test_old_prices_are_said():
    listed = price_list()
    assert listed.age_warning(listed.as_of + OLD) is None
    assert "more than 365 days ago" in (listed.age_warning(listed.as_of + OLD + timedelta(days=1)) or "")


def test_the_command_says_what_binds_and_what_it_costs(rewards: Rewards):
    answer = json.loads(rewards("capacity", "--purchases-per-second", "10", "--json").stdout)
    assert answer["carried"] is True
    assert answer["usd_a_month"] == pytest.approx(answer["usd_a_million"] * 10 * 365 * 86_400 / 12 / 1e6)
    assert answer["carries"] == answer["limits"][0]["carries"]
    printed = rewards("capacity", "--purchases-per-second", "1000").stdout
    assert "not carried as it is" in printed
    assert "together" in printed


def test_a_quota_as_the_account_has_it(rewards: Rewards):
    def events(*arguments: str) -> float:
        found = json.loads(rewards("capacity", "--purchases-per-second", "10", "--json", *arguments).stdout)["limits"]
        return next(one["allowed"] for one in found if "PutEvents" in one["what"])

    assert (events(), events("--quota", "put-events=5000")) == (2_400, 5_000)


def test_a_load_that_no_quota_carries_is_said(rewards: Rewards):
    result = rewards("capacity", "--purchases-per-second", "900000")
    assert result.exit_code == 1
    assert "No quota carries 900,000 a second: earn-points_earn-starter: executions at once end at" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--purchases-per-second", "0"), "Input should be greater"),
        (("--purchases-per-second", "nan"), "Input should be greater"),
        (("--purchases-per-second", "inf"), "is more than all cards make; at most 1,000,000"),
        (
            ("--purchases-per-second", "1", "--region", "eu-north-7"),
            "no prices for region 'eu-north-7': there are those of us-east-1",
        ),
        (
            ("--purchases-per-second", "1", "--quota", "put-event=1"),
            "no quota 'put-event': there are lambda-concurrency",
        ),
        (
            ("--purchases-per-second", "1", "--quota", "put-events=many"),
            "write NAME=NUMBER, for example put-events=10000",
        ),
        (("--purchases-per-second", "1", "--quota", "mapping-concurrency=2000"), "is 1,000 for everybody, not 2,000"),
        (("--purchases-per-second", "1", "--prices", "/nowhere/prices.yaml"), "No such file or directory"),
        (("--purchases-per-second", "1", "--stack", "moon"), "moon"),
    ],
)
def test_bad_input_is_said(rewards: Rewards, arguments: tuple[str, ...], message: str):
    result = rewards("capacity", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_price_list_that_is_none_and_one_that_is_old(rewards: Rewards, tmp_path: Path):
    file = tmp_path / "prices.yaml"
    file.write_text("as_of: soon")
    assert (
        "prices.yaml is not a price list"
        in rewards("capacity", "--purchases-per-second", "1", "--prices", str(file)).stderr
    )
    file.write_text(FILE.read_text().replace(price_list().as_of.isoformat(), "2020-02-03"))
    result = rewards("capacity", "--purchases-per-second", "1", "--prices", str(file), "--json")
    assert "prices are of 2020-02-03" in result.stderr
    assert json.loads(result.stdout)["prices_as_of"] == "2020-02-03"


def test_every_region_has_every_price():
    with pytest.raises(OperatorError, match="no prices for region 'x'"):
        price_list().of("x")
    assert all(min(msgspec.to_builtins(one).values()) > 0 for one in price_list().regions.values())
    assert price_list().as_of <= date(2026, 11, 26)
