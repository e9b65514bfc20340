"""The pack as a process of its own, over the engine's protocol."""

import copy
from typing import Any

import pytest
from jsonschema import Draft7Validator

from pbc_isolation.pack_process import PACK, PackFailed, PackProcess, questions
from tests.conftest import STACKS, captured

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def states(stack: str) -> list[dict[str, Any]]:
    return captured(stack).export()["deployment"]["resources"]


@pytest.mark.parametrize("stack", [*STACKS, "migration"])
def test_the_system_passes_at_its_first_preview_with_no_exemption(stack):
    assert "exemptions: []" in (PACK / "exemptions.yaml").read_text()
    with PackProcess("rewards", stack) as pack:
        assert pack.judge(states(stack)) == []


def test_everything_unknown_is_mandatory_and_never_advice():
    """The SDK turns an unknown that is read into advice and skips the rest: no diagnostic may come from there."""
    with PackProcess("rewards", "dev") as pack:
        found = pack.judge(everything_unknown("dev"))
    assert found
    assert [one for one in found if not one.mandatory] == []
    assert [one.message for one in found if "can't run policy" in one.message] == []
    assert {one.policy for one in found} >= {"known-documents", "isolation", "boundary", "operations"}


def everything_unknown(stack: str) -> list[dict[str, Any]]:
    """The stack with every value of every resource unknown, and nothing told about where values come from."""
    changed = copy.deepcopy(states(stack))
    for state in changed:
        if state.get("custom"):
            state["inputs"] = dict.fromkeys(state.get("inputs", {}), UNKNOWN)
            state["outputs"] = dict.fromkeys(state.get("outputs", {}), UNKNOWN)
            state["propertyDependencies"] = {}
    return changed


@pytest.mark.parametrize("nested", [[UNKNOWN], {"a": UNKNOWN}, [{"a": [UNKNOWN]}], f"arn:{UNKNOWN}:x"])
def test_no_shape_of_an_unknown_breaks_the_pack(nested):
    changed = copy.deepcopy(states("dev"))
    for state in changed:
        if state.get("custom"):
            state["inputs"] = dict.fromkeys(state.get("inputs", {}), nested)
            state["outputs"] = dict.fromkeys(state.get("outputs", {}), nested)
    with PackProcess("rewards", "dev") as pack:
        found = pack.judge(changed)
    assert found
    assert all(one.mandatory for one in found)


def test_a_leak_is_told_with_its_rule_path_and_resource():
    changed = copy.deepcopy(states("dev"))
    policy = next(one for one in changed if one["urn"].endswith("campaigns-bonuses-role-policy"))
    for side in ("inputs", "outputs"):
        policy[side]["policy"] = policy[side]["policy"].replace("campaigns_store", "points-ledger_store")
        role = policy[side]["role"]
    changed = [one for one in changed if not one["urn"].endswith("campaigns-boundary")]
    with PackProcess("rewards", "dev") as pack:
        found = pack.judge(changed)
    leak = next(one for one in found if "[isolation-direct-read]" in one.message)
    assert leak.urn == policy["urn"]
    assert f"role {role} → dynamodb:GetItem → table rewards-dev-points-ledger_store" in leak.message
    assert "campaigns" in leak.message
    assert "points-ledger" in leak.message


def test_what_a_provider_is_set_to_reaches_the_rules():
    """A provider that acts under a role of another account makes a unit's bucket there."""
    changed = copy.deepcopy(states("dev"))
    unit = next(state["urn"] for state in changed if state["type"] == "pbckit:infra:Pbc")
    provider = "urn:pulumi:dev::rewards::pulumi:providers:aws::other"
    roles = '[{"roleArn":"arn:aws:iam::222222222222:role/deploy"}]'
    bucket = {
        "urn": f"{unit.rpartition('::')[0]}$aws:s3/bucket:Bucket::replica",
        "type": "aws:s3/bucket:Bucket",
        "custom": True,
        "parent": unit,
        "provider": f"{provider}::1",
        "inputs": {"bucket": "rewards-dev-campaigns--replica"},
    }
    settings = {"urn": provider, "type": "pulumi:providers:aws", "custom": True, "id": "1"}
    with PackProcess("rewards", "dev") as pack:
        found = pack.judge([*changed, {**settings, "inputs": {"assumeRoles": roles}}, bucket])
    assert [one.message for one in found if "account 222222222222, in which its provider makes it" in one.message]


def test_configuration_reaches_the_rules():
    everyone = {name: {"contracts": "../no/such/folder"} for name in ("isolation", "boundary")}
    with PackProcess("rewards", "dev", config=everyone) as pack:
        found = pack.judge(states("dev"))
    assert {one.message.partition("]")[0] for one in found} >= {"[isolation-functions", "[boundary-confines"}


def test_the_pack_publishes_what_can_be_configured():
    with PackProcess("rewards", "dev") as pack:
        schemas = pack.config_schemas()
    assert set(schemas) == {"isolation", "boundary", "operations", "own-references"}
    for properties in schemas.values():
        assert set(properties) == {
            "prefix",
            "bucketPrefix",
            "contracts",
            "protectedEnvironments",
            "deletionProtectedEnvironments",
            "requiredTags",
            "repository",
            "managedPolicies",
            "types",
        }
        for schema in properties.values():
            assert schema["description"]
            Draft7Validator.check_schema(schema)
            Draft7Validator(schema).validate(schema["default"])


@pytest.mark.parametrize("prefix", ["{unit}{who}", "{unit", "{0}{unit}"])
def test_a_setting_without_sense_is_told(prefix):
    with PackProcess("rewards", "dev", config={"isolation": {"prefix": prefix}}) as pack:
        found = pack.judge(states("dev"))
    assert [one.message for one in found if one.mandatory and f"prefix {prefix!r}" in one.message]


def test_a_pack_that_does_not_start_says_why(tmp_path):
    (tmp_path / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (tmp_path / "__main__.py").write_text("raise SystemExit('nothing here')")
    with pytest.raises(PackFailed, match="did not start"), PackProcess("rewards", "dev", folder=tmp_path):
        pass


@pytest.mark.parametrize("side", ["inputs", "outputs"])
def test_a_leak_on_one_side_of_a_state_is_found(side):
    """What the program wants and what there is: a leak in either is one."""
    changed = copy.deepcopy(states("dev"))
    policy = next(one for one in changed if one["type"] == "aws:iam/rolePolicy:RolePolicy")
    policy[side]["policy"] = (
        '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "NotAction": "s3:*", "Resource": "*"}}'
    )
    with PackProcess("rewards", "dev") as pack:
        assert {one.urn for one in pack.judge(changed) if "boundary-no-wildcards" in one.message} == {policy["urn"]}


def test_a_resource_is_asked_about_after_what_it_depends_on():
    """The engine registers it only then; the pack must not be asked in an order that cannot be."""
    bus, archive, other = (f"urn:pulumi:dev::shop::aws:x/y:Z::{name}" for name in ("bus", "archive", "other"))
    states = [
        {"urn": urn, "type": "aws:x/y:Z", "custom": True, "inputs": {}, "dependencies": needed}
        for urn, needed in ((bus, []), (archive, [bus]), (other, []))
    ]
    asked = [[one.urn for one in group] for group in questions(states).others]
    assert asked == [[bus, other], [archive]]
