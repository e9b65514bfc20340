"""What other tools are fed with tells all of a stack that their formats can."""

import json

from devtools.benchmarks.peers import stacks
from devtools.benchmarks.peers.iam_account import account, invariants
from devtools.benchmarks.peers.terraform_plan import plan
from tests.policies.leaks.changes import THIEF_ROLE, UNKNOWN, Stack
from tests.policies.leaks.corpus import LEAKS
from tests.policies.leaks.phases import KNOWN
from tests.policies.leaks.samples import LEAKS_OF_KINDS

PLACE = ("eu-central-1", "111111111111")
PREFIX = "rewards-dev-{unit}_"


def test_every_resource_is_planned_under_an_address_of_its_own():
    states = stacks.compared_with(stacks.Clean.SHIPPED)
    planned = plan(states)["resource_changes"]
    assert len(planned) == sum(state["type"].startswith("aws:") for state in states)
    assert len({one["address"] for one in planned}) == len(planned)


def test_a_plan_says_what_is_not_known():
    stack = Stack()
    stack.update(stack.find(":RolePolicy", role=THIEF_ROLE), policy=UNKNOWN)
    [change] = [
        one["change"]
        for one in plan(stack.states)["resource_changes"]
        if one["change"]["after"].get("role") == THIEF_ROLE and one["type"] == "aws_iam_role_policy"
    ]
    assert "policy" not in change["after"]
    assert change["after_unknown"] == {"policy": True}


def test_blocks_are_named_as_terraform_names_them():
    table = {
        "urn": "urn:pulumi:dev::rewards::aws:dynamodb/table:Table::t",
        "type": "aws:dynamodb/table:Table",
        "inputs": {
            "globalSecondaryIndexes": [{"hashKey": "a"}],
            "pointInTimeRecovery": {"enabled": True},
            "tags": {"someTag": "x"},
        },
    }
    [change] = plan([table])["resource_changes"]
    assert change["type"] == "aws_dynamodb_table"
    assert change["change"]["after"] == {
        "global_secondary_index": [{"hash_key": "a"}],
        "point_in_time_recovery": [{"enabled": True}],
        "tags": {"someTag": "x"},
    }


def test_every_role_is_told_with_all_that_bears_on_it():
    states = stacks.compared_with(stacks.Clean.SHIPPED)
    told = {one["arn"].rpartition("/")[2]: one for one in account(states)["principals"]}
    roles = [state["inputs"] for state in states if state["type"] == "aws:iam/role:Role"]
    assert set(told) == {role["name"] for role in roles}
    assert all(one["policies"] and one["trust_policy"] and one["permission_boundary"] for one in told.values())


def test_a_document_reaches_the_account_by_whatever_way_it_is_given():
    ways = ["an inline block of the role", "an attached policy", "a group"]
    for leak in (one for one in LEAKS if one.what in ways):
        stack = Stack()
        before = json.dumps(account(stack.states)["principals"])
        leak.change(stack)
        after = json.dumps(account(stack.states)["principals"])
        assert after.count("table/rewards-dev-points-ledger_store") > before.count(
            "table/rewards-dev-points-ledger_store"
        )


def test_each_table_is_guarded_against_all_but_its_own_roles():
    states = stacks.compared_with(stacks.Clean.SHIPPED)
    made = invariants(states, stacks.units(), PREFIX, PLACE, stacks.callers())["invariants"]
    by_resource = {one["forbid"]["resources"][0]: one for one in made}
    tables = [state["inputs"]["name"] for state in states if state["type"] == "aws:dynamodb/table:Table"]
    for table in tables:
        guarded = by_resource[f"arn:aws:dynamodb:eu-central-1:111111111111:table/{table}"]
        assert guarded["unless_principal"] == [f"arn:aws:iam::*:role/{table.partition('_')[0]}_*"]


def test_a_leak_is_told_from_the_open_boundary_that_it_needs():
    leaks = stacks.leaked()
    assert len(leaks) == len(LEAKS) + sum(KNOWN in case.phases for case in LEAKS_OF_KINDS)
    assert [leak.title for leak in leaks if not leak.after] == []
    [boundary] = [leak for leak in leaks if leak.title == "11: a boundary without limits"]
    assert boundary.clean is stacks.Clean.SHIPPED
    assert len(boundary.after) == 1
