"""Each unit deployed as a stack of its own: in any order after the platform, and anew while purchases flow."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.demo import scenarios
from ops.demo.command import apply
from ops.demo.world import DeployedSystem
from pbckit.infra.iam import Statement, document
from pbckit.infra.names import PLATFORM
from pbckit.sandbox.deploy import CONFINEMENT, Deployment, deploy
from pbckit.sandbox.embedded_aws import EmbeddedAws, running
from pbckit.sandbox.remove import remove
from tests.conftest import captured

ROOT = Path(__file__).parents[2]
ORDERS = ("callers first", "callers last")
"""In the first, offerings are there before any capability that they ask, and the last PBC before its neighbours."""


@pytest.fixture(scope="module", params=ORDERS)
def stacks(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[EmbeddedAws, dict[str, Deployment]]]:
    """Every unit as its own stack, in one of the orders."""
    units = [unit for unit in captured("local").outputs["units"] if unit != PLATFORM]
    ordered = units[::-1] if request.param == "callers first" else units
    with running(tmp_path_factory.mktemp("alone") / ".sandbox", region="eu-central-1") as aws:
        yield aws, {unit: deploy(aws, stack=f"local-{unit}") for unit in (PLATFORM, *ordered)}


@pytest.fixture(scope="module")
def alone(stacks: tuple[EmbeddedAws, dict[str, Deployment]]) -> DeployedSystem:
    there = DeployedSystem.of(stacks[0])
    apply(there, ROOT / "examples/programme.yaml")
    return there


def test_a_purchase_earns_points_whatever_was_deployed_first(alone: DeployedSystem):
    alone.ingest([scenarios.example_purchase("alone-1", "alone-member")])
    alone.wait_for_postings({"alone-member": 1}, lambda _count: None)
    calculation = alone.calculation("alone-1")
    assert calculation is not None
    assert (calculation.points, calculation.fallbacks) == (100, [])
    assert alone.balance("alone-member") == 100


def pipeline(aws: EmbeddedAws, unit: str) -> EmbeddedAws:
    """The embedded AWS for who has become the unit's deployment role.

    Nobody here signs tokens for pipelines: for the time of the tests the account itself may become the role.
    """
    role = f"rewards-local-deploy_{unit}"
    account = Statement(
        sid="Account", principal={"AWS": f"arn:aws:iam::{aws.account}:root"}, actions=["sts:AssumeRole"]
    )
    aws.client("iam").update_assume_role_policy(RoleName=role, PolicyDocument=document([account]))
    return aws.under(f"arn:aws:iam::{aws.account}:role/{role}")


def test_a_pbc_removed_and_deployed_again_by_its_own_pipeline_while_purchases_flow_loses_none(
    alone: DeployedSystem, stacks: tuple[EmbeddedAws, dict[str, Deployment]]
):
    """Purchases that come while campaigns is away earn without bonuses and say so; afterwards they ask it again.

    The pipeline makes and removes everything but what confines the unit: its key and its boundary.
    """
    aws, deployments = stacks
    before = deployments["campaigns"].graph
    by_pipeline = pipeline(aws, "campaigns")
    purchases = [scenarios.example_purchase(f"flow-{number}", "flow-member") for number in range(6)]
    alone.ingest(purchases[:2])
    remove(by_pipeline, before, but=CONFINEMENT)
    alone.ingest(purchases[2:4])
    away = [alone.wait_for_calculation(one.id) for one in purchases[2:4]]
    deploy(by_pipeline, stack="local-campaigns", confined_by=before)
    alone.ingest(purchases[4:])
    alone.wait_for_postings({"flow-member": 6}, lambda _count: None)
    back = [alone.wait_for_calculation(one.id) for one in purchases[4:]]
    assert [one.fallbacks for one in away] == [["bonuses"]] * 2
    assert [one.fallbacks for one in back] == [[]] * 2
    assert alone.balance("flow-member") == sum(alone.wait_for_calculation(one.id).points for one in purchases)


def test_rates_from_a_file_take_the_place_of_rates_in_a_table_while_purchases_flow(
    alone: DeployedSystem, stacks: tuple[EmbeddedAws, dict[str, Deployment]]
):
    """Another implementation behind the same contract: who asks for a rate cannot tell. Nothing else is deployed."""
    aws, deployments = stacks
    purchases = [scenarios.example_purchase(f"swap-{number}", "swap-member") for number in range(6)]
    alone.ingest(purchases[:2])
    before = [alone.wait_for_calculation(one.id) for one in purchases[:2]]
    remove(aws, deployments["earning-rates"].graph)
    alone.ingest(purchases[2:4])
    away = [alone.wait_for_calculation(one.id) for one in purchases[2:4]]
    deploy(aws, stack="local-earning-rates", config={"rewards:implementations": '{"earning-rates": "file"}'})
    alone.ingest(purchases[4:])
    after = [alone.wait_for_calculation(one.id) for one in purchases[4:]]
    alone.wait_for_postings({"swap-member": 6}, lambda _count: None)
    assert [(one.points, one.fallbacks) for one in (*before, *after)] == [(100, [])] * 4
    assert [one.fallbacks for one in away] == [["rate"]] * 2
