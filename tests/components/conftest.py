"""Components under Pulumi's own mocks, as its guide shows: https://www.pulumi.com/docs/iac/guides/testing/unit/.

`tests/pbckit/infra` looks at the graph of the whole program; here one component is made at a time.
"""

from typing import Any

import pulumi
import pytest
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs

from pbckit.infra.environment import EnvironmentConfig
from pbckit.infra.pbc import Pbc
from pbckit.infra.unit import UnitArgs

UNIT = "points-ledger"


class Recorder(pulumi.runtime.Mocks):
    """Makes every resource at once, with its inputs as outputs, and keeps what was asked for."""

    def __init__(self) -> None:
        self.made: list[MockResourceArgs] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        self.made.append(args)
        return f"{args.name}-id", {"arn": f"arn:{args.name}", "executionArn": f"arn:{args.name}", **args.inputs}

    def call(self, args: MockCallArgs) -> dict[str, Any]:
        return {}

    def inputs(self, token: str) -> dict[str, Any]:
        """Inputs of the only resource of a type."""
        (found,) = [one.inputs for one in self.made if one.typ == token]
        return found


@pytest.fixture(autouse=True)
def recorder() -> Recorder:
    mocks = Recorder()
    pulumi.runtime.set_mocks(mocks, project="rewards", stack="test", preview=False)
    return mocks


@pytest.fixture
def config() -> EnvironmentConfig:
    """An environment that is not protected."""
    return EnvironmentConfig(
        project="rewards",
        environment="dev",
        account="111111111111",
        region="eu-central-1",
        log_retention_days=14,
        archive_retention_days=30,
        architecture="arm64",
        releases="immediate",
        maximum_concurrency=5,
        units=(UNIT,),
    )


@pytest.fixture
def unit_args(config: EnvironmentConfig) -> UnitArgs:
    return UnitArgs(config=config, publishes_as=[UNIT])


def make_pbc(args: UnitArgs) -> Pbc:
    """A PBC with the code of the points ledger. Made inside a test: resources belong to its event loop."""
    return Pbc(UNIT, args)
