"""A store is a table that survives mistakes, encrypted with its unit's key."""

import dataclasses
import json
from typing import Any

import pulumi
import pytest

from pbckit.infra.unit import UnitArgs
from tests.components.conftest import make_pbc


@pulumi.runtime.test
def test_it_is_encrypted_with_the_key_of_its_unit(unit_args: UnitArgs):
    pbc = make_pbc(unit_args)
    store = pbc.store()

    def check(values: list[Any]) -> None:
        encryption, key = values
        assert encryption == {"enabled": True, "kms_key_arn": key}

    return pulumi.Output.all(store.table.server_side_encryption, pbc.context.key.arn).apply(check)


@pulumi.runtime.test
def test_it_can_be_restored_to_a_point_in_time(unit_args: UnitArgs):
    def check(recovery: dict[str, Any]) -> None:
        assert recovery["enabled"] is True

    return make_pbc(unit_args).store().table.point_in_time_recovery.apply(check)


@pytest.mark.parametrize(("environment", "protected"), [("dev", False), ("prod", True)])
@pulumi.runtime.test
def test_only_some_environments_protect_it_from_deletion(unit_args: UnitArgs, environment: str, protected: bool):
    args = dataclasses.replace(unit_args, config=dataclasses.replace(unit_args.config, environment=environment))

    def check(enabled: bool) -> None:
        assert enabled is protected

    return make_pbc(args).store().table.deletion_protection_enabled.apply(check)


@pulumi.runtime.test
def test_reading_it_is_no_right_to_write_or_to_scan(unit_args: UnitArgs):
    store = make_pbc(unit_args).store()
    actions = {action for statement in store.read().statements for action in statement.actions}
    assert {one for one in actions if one.startswith("dynamodb:")} == {"dynamodb:GetItem", "dynamodb:Query"}


@pulumi.runtime.test
def test_its_name_is_known_before_it_exists(unit_args: UnitArgs):
    store = make_pbc(unit_args).store()
    assert store.physical_name == "rewards-dev-points-ledger_store"
    assert json.dumps(store.physical_name), "plain text, no output"
