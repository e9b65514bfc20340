"""A PBC confines what it is made of, and keeps to contracts."""

import json
from typing import Any

import pulumi
import pytest

from contracts.campaigns import CampaignChanged
from contracts.points_ledger import BALANCE, PointsPosted
from pbckit.infra.unit import ContractViolation, UnitArgs
from tests.components.conftest import UNIT, Recorder, make_pbc


@pytest.fixture
def made(unit_args: UnitArgs, recorder: Recorder) -> Recorder:
    @pulumi.runtime.test
    def make() -> None:
        pbc = make_pbc(unit_args)
        pbc.exposes(BALANCE, grants=[pbc.store().read()])
        pbc.publishes(PointsPosted)
        pbc.complete()

    make()
    return recorder


def test_every_role_has_the_boundary_of_the_unit(made: Recorder):
    roles = [one.inputs for one in made.made if one.typ == "aws:iam/role:Role"]
    boundaries = {role["permissionsBoundary"] for role in roles}
    assert len(roles) > 1
    assert boundaries == {"arn:aws:iam::111111111111:policy/rewards-dev-points-ledger_boundary"}


def test_no_document_names_another_unit_or_everything(made: Recorder):
    documents = [one.inputs["policy"] for one in made.made if one.typ == "aws:iam/rolePolicy:RolePolicy"]
    for statement in [one for text in documents for one in json.loads(text)["Statement"]]:
        assert all(":table/" not in arn or f"{UNIT}_" in arn for arn in statement["Resource"])
        assert "*" not in statement["Action"]


def test_everything_that_takes_tags_says_whose_it_is(made: Recorder):
    tagged = [one.inputs["tags"] for one in made.made if "tags" in one.inputs]
    assert {tags["pbc"] for tags in tagged} == {UNIT}


@pulumi.runtime.test
def test_its_key_rotates(unit_args: UnitArgs):
    def check(rotates: Any) -> None:
        assert rotates is True

    return make_pbc(unit_args).context.key.enable_key_rotation.apply(check)


@pulumi.runtime.test
def test_it_publishes_only_its_own_events(unit_args: UnitArgs):
    with pytest.raises(ContractViolation, match="points-ledger cannot publish CampaignChanged: campaigns does"):
        make_pbc(unit_args).publishes(CampaignChanged)
