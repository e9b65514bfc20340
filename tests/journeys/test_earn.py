"""From purchase to posting on the embedded AWS, and what happens when something breaks."""

import json
from collections.abc import Callable

import pytest

from contracts.points_calculation import PointsCalculated
from contracts.points_ledger import PointsPosted
from ops.demo import scenarios
from ops.demo.compromise import probe_all
from ops.demo.world import PBCS, DeployedSystem, wait_for
from pbckit.contracts.envelope import Envelope, EventMetadata
from pbckit.sandbox.deploy import Deployment


def test_a_purchase_earns_points_and_says_why(world: DeployedSystem):
    world.ingest([scenarios.example_purchase("earn-1", "earn-member")])
    world.wait_for_postings({"earn-member": 1}, lambda _count: None)
    calculation = world.calculation("earn-1")
    assert calculation is not None
    assert (calculation.points, calculation.category, calculation.fallbacks) == (100, "restaurants", [])
    assert [line.text for line in calculation.lines] == ["2.5 points per EUR at restaurants, since 15 July 2026"]
    assert world.balance("earn-member") == 100


def test_a_purchase_that_comes_again_is_posted_once(world: DeployedSystem):
    show = scenarios.duplicates(world, scenarios.example_purchase("duplicate-1", "duplicate-member"), times=3)
    assert show.held, show.findings


def test_a_broken_rate_lookup_gives_the_base_rate_and_says_so(world: DeployedSystem):
    show = scenarios.rate_lookup_broken(
        world, scenarios.example_purchase("fallback-1", "fallback-member"), base_points=40
    )
    assert show.held, show.findings


@pytest.mark.parametrize(
    ("unit", "function", "fallback", "points"),
    [("merchant-categorization", "categorize", "category", 40), ("campaigns", "bonuses", "bonuses", 100)],
)
def test_the_other_lookups_fall_back_too(world: DeployedSystem, unit: str, function: str, fallback: str, points: int):
    purchase = scenarios.example_purchase(f"fallback-{fallback}", f"fallback-{fallback}-member")
    with world.broken(unit, function):
        world.ingest([purchase])
        calculation = world.wait_for_calculation(purchase.id)
    assert (calculation.fallbacks, calculation.points) == ([fallback], points)


def test_purchases_are_accepted_while_the_ledger_is_down(world: DeployedSystem):
    purchases = [scenarios.example_purchase(f"stopped-{number}", "stopped-member") for number in range(4)]
    show = scenarios.ledger_stopped(world, purchases)
    assert show.held, show.findings


def test_a_compromised_component_reads_no_store_of_another_pbc(world: DeployedSystem):
    show, report = scenarios.compromised(world, lambda _function, _total: None)
    assert report.leaks == []
    assert show.held, show.findings


def test_the_probe_would_see_a_leak(world: DeployedSystem):
    """The denials above mean something: let one function in, and the probe says so."""
    iam, names = world.aws.client("iam"), world.names("campaigns")
    role, table = names.physical("bonuses"), world.names("points-ledger").physical("store")
    boundary = names.policy(names.physical("boundary"))
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "dynamodb:Scan", "Resource": world.names("x").table(table)}],
    }
    iam.delete_role_permissions_boundary(RoleName=role)
    iam.put_role_policy(RoleName=role, PolicyName="leak", PolicyDocument=json.dumps(document))
    try:
        report = probe_all(world.aws.client, world.session.names, PBCS, only=role)
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="leak")
        iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=boundary)
    assert {(leak.function, leak.target, leak.operation) for leak in report.leaks} == {(role, table, "scan")}


def test_the_boundary_holds_even_where_a_policy_lets_in(world: DeployedSystem):
    iam, role = world.aws.client("iam"), world.names("campaigns").physical("bonuses")
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}],
    }
    iam.put_role_policy(RoleName=role, PolicyName="leak", PolicyDocument=json.dumps(document))
    try:
        report = probe_all(world.aws.client, world.session.names, PBCS, only=role)
    finally:
        iam.delete_role_policy(RoleName=role, PolicyName="leak")
    assert report.foreign
    assert report.leaks == []


def test_the_operator_reads_no_table(world: DeployedSystem):
    dynamodb = world.session.client("dynamodb")
    for unit in ("points-ledger", "campaigns"):
        with pytest.raises(dynamodb.exceptions.ClientError, match="AccessDenied"):
            dynamodb.scan(TableName=world.names(unit).physical("store"))


def test_trace_and_correlation_survive_from_purchase_to_posting(world: DeployedSystem):
    with world.tapped(PointsCalculated) as calculations, world.tapped(PointsPosted) as postings:
        world.ingest([scenarios.example_purchase("trace-1", "trace-member")])
        calculated = _told_of("trace-1", calculations)
        posted = _told_of("trace-member", postings)
    assert posted.correlation_id == calculated.correlation_id
    assert posted.causation_id == calculated.event_id
    assert posted.began_at == calculated.began_at
    assert posted.began_at is not None
    assert posted.began_at < calculated.occurred_at < posted.occurred_at
    assert posted.trace_header
    assert calculated.trace_header
    root = posted.trace_header.split(";")[0].removeprefix("Root=")
    assert calculated.trace_header.startswith(f"Root={root};")
    names = wait_for(
        lambda: _segments(world, root), lambda found: "points-ledger on PointsCalculated" in found, "segments"
    )
    assert {"merchant-categorization categorize", "points-calculation calculate"} <= names


def test_every_event_leaves_the_outbox(world: DeployedSystem):
    world.ingest([scenarios.example_purchase("outbox-1", "outbox-member")])
    world.wait_for_postings({"outbox-member": 1}, lambda _count: None)
    for unit in ("points-calculation", "points-ledger"):
        assert wait_for(lambda unit=unit: _of(world, unit, "outbox-"), lambda left: not left, "removal") == []


def test_what_the_embedded_aws_lacks_is_named(deployment: Deployment):
    assert {(missing.type, missing.what) for missing in deployment.not_modelled} == {
        ("aws:kms/key:Key", "deletionWindowInDays"),
        ("aws:sfn/stateMachine:StateMachine", "tracingConfiguration"),
    }


def _told_of(aggregate_id: str, tap: Callable[[], list[Envelope]]) -> EventMetadata:
    def look() -> list[EventMetadata]:
        return [one.metadata for one in tap() if one.metadata.aggregate_id == aggregate_id]

    return wait_for(look, bool, f"the event of {aggregate_id}")[0]


def _of(world: DeployedSystem, unit: str, aggregates: str) -> list[str]:
    """Events in a unit's outbox about what is called so."""
    items = world.aws.client("dynamodb").scan(TableName=world.names(unit).physical("outbox"))["Items"]
    return [item["aggregate_id"]["S"] for item in items if item["aggregate_id"]["S"].startswith(aggregates)]


def _segments(world: DeployedSystem, root: str) -> set[str]:
    lines = world.aws.segments_file.read_text().splitlines()
    return {segment["name"] for segment in map(json.loads, filter(None, lines)) if segment.get("trace_id") == root}
