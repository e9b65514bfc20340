"""One deployment of the system on the embedded AWS, shared by all journeys."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.demo import migration
from ops.demo.command import apply
from ops.demo.world import DeployedSystem
from pbckit.sandbox.deploy import Deployment, deploy
from pbckit.sandbox.embedded_aws import EmbeddedAws, running

ROOT = Path(__file__).parents[2]
REGION = "eu-central-1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith("tests/journeys/"):
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedAws]:
    with running(tmp_path_factory.mktemp("journeys") / ".sandbox", region=REGION) as started:
        yield started


@pytest.fixture(scope="session")
def deployment(aws: EmbeddedAws) -> Deployment:
    return deploy(aws)


@pytest.fixture(scope="session")
def world(aws: EmbeddedAws, deployment: Deployment) -> DeployedSystem:
    """The deployed system with the example programme."""
    there = DeployedSystem.of(aws)
    apply(there, ROOT / "examples/programme.yaml")
    return there


@pytest.fixture(scope="session")
def moving(aws: EmbeddedAws) -> DeployedSystem:
    """The stack `migration`, beside the shared one."""
    deploy(aws, stack="migration")
    there = DeployedSystem.of(aws, "migration")
    migration.prepare(there, ROOT / "examples/programme.yaml")
    return there
