"""The whole program, by Pulumi's mocks: https://www.pulumi.com/docs/iac/guides/testing/unit/."""

import json
from pathlib import Path

import pulumi
import pytest
from pulumi.runtime.mocks import MockCallArgs, MockResourceArgs

from pbckit.contracts import catalogue
from pbckit.infra.program import Program
from pbckit.sandbox.stack_config import read_stack

ROOT = Path(__file__).parents[1]


class Recorder(pulumi.runtime.Mocks):
    """Makes every resource at once, and keeps what it was made of."""

    def __init__(self) -> None:
        self.resources: list[MockResourceArgs] = []

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict]:
        self.resources.append(args)
        return f"{args.name}-id", args.inputs

    def call(self, args: MockCallArgs) -> dict:
        return {}


@pytest.fixture(scope="module")
def resources() -> list[MockResourceArgs]:
    stack = read_stack(ROOT, "dev")
    recorder = Recorder()
    pulumi.runtime.set_all_config(dict(stack.values))
    pulumi.runtime.set_mocks(recorder, project=stack.project, stack=stack.stack, preview=True)

    @pulumi.runtime.test
    def deploy() -> None:
        Program().deploy()

    deploy()
    return recorder.resources


def of_type(resources: list[MockResourceArgs], token: str) -> list[MockResourceArgs]:
    return [one for one in resources if one.typ == token]


def test_every_unit_of_the_folders_is_deployed(resources: list[MockResourceArgs]):
    owners = {one.inputs["tags"]["pbc"] for one in of_type(resources, "aws:kms/key:Key")}
    assert owners >= {folder.parent.name.replace("_", "-") for folder in (ROOT / "pbcs").glob("*/__init__.py")}


def test_no_role_can_exceed_its_boundary(resources: list[MockResourceArgs]):
    roles = of_type(resources, "aws:iam/role:Role")
    assert roles
    assert [one.name for one in roles if not one.inputs.get("permissionsBoundary")] == []


def test_every_table_is_encrypted_by_a_key_of_its_unit_and_can_be_restored(resources: list[MockResourceArgs]):
    for table in of_type(resources, "aws:dynamodb/table:Table"):
        assert table.inputs["serverSideEncryption"]["enabled"]
        assert table.inputs["pointInTimeRecovery"]["enabled"]


def test_no_function_shares_its_role(resources: list[MockResourceArgs]):
    roles = [one.inputs["role"] for one in of_type(resources, "aws:lambda/function:Function")]
    assert len(roles) == len({*roles})


def test_the_committed_schemas_are_those_of_the_contracts():
    """`pbc contracts generate` writes them; the policy pack judges by them."""
    committed = {path.name: json.loads(path.read_text()) for path in (ROOT / "contracts/schemas").glob("*.json")}
    assert committed == {name: json.loads(text) for name, text in catalogue.schemas().items()}
