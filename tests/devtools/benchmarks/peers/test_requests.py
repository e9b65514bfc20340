"""Tools that judge single requests are asked what a leak may let pass, and nothing that their own policies let pass."""

import copy
import json
from typing import Any

import pytest

from devtools.benchmarks.peers.installed import NotInstalledError, install_node
from devtools.benchmarks.peers.requests import asked as asked_about
from devtools.benchmarks.peers.requests import described, requests
from devtools.benchmarks.peers.simulators import found
from devtools.benchmarks.peers.stacks import Clean, Leaked

TABLE = "arn:aws:dynamodb:eu-central-1:111111111111:table/ledger_store"
QUEUE = "arn:aws:sqs:eu-central-1:111111111111:ledger_queue"
THIEF = "arn:aws:iam::111111111111:role/bonuses_thief"
OWNER = "arn:aws:iam::111111111111:role/ledger_post"


def invariant(service: str, thing: str) -> dict[str, Any]:
    forbidden = {"actions": [f"{service}:*"], "resources": [thing]}
    return {"forbid": forbidden, "unless_principal": ["arn:aws:iam::*:role/ledger_*"]}


HELD = [invariant("dynamodb", TABLE), invariant("sqs", QUEUE), invariant("backup", "*")]


def allow(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def role(arn: str, *statements: dict[str, Any], boundary: Any = None) -> dict[str, Any]:
    policies = [{"name": "one", "document": {"Statement": list(statements)}}]
    return {"arn": arn, "policies": policies, "trust_policy": None, "permission_boundary": boundary}


def account(*roles: dict[str, Any], **policies: Any) -> dict[str, Any]:
    return {"principals": {one["arn"]: one for one in roles}, "resource_policies": policies.get("policies", {})}


OWN = allow(["dynamodb:Query", "dynamodb:Scan"], "arn:aws:dynamodb:*:*:table/bonuses_*")
BEFORE = account(role(THIEF, OWN), role(OWNER))


def asked(after: dict[str, Any]) -> list[tuple[str, str, str]]:
    return list(requests(BEFORE, after, HELD))


def test_who_is_given_more_is_asked_about_that_alone():
    after = account(role(THIEF, OWN, allow("dynamodb:get*", "*")), role(OWNER))
    assert (THIEF, "dynamodb:GetItem", TABLE) in asked(after)
    assert not any("Query" in action or "Scan" in action for _, action, _ in asked(after))


def test_harmless_actions_and_ones_of_other_services_are_not_asked_about():
    after = account(role(THIEF, OWN, allow(["dynamodb:DescribeLimits", "s3:GetObject"], "*")), role(OWNER))
    assert asked(after) == []


def test_owners_are_not_asked_about():
    assert asked(account(role(THIEF, OWN), role(OWNER, allow("dynamodb:GetItem", TABLE)))) == []


@pytest.mark.parametrize(
    "after",
    [
        account(role(THIEF, OWN, boundary={"Statement": [allow("*", "*")]}), role(OWNER)),
        account(role(THIEF, OWN), role(OWNER)),
    ],
    ids=["boundary", "denial"],
)
def test_a_limit_that_is_gone_reopens_all_that_is_allowed(after):
    before = copy.deepcopy(BEFORE)
    if after["principals"][THIEF]["permission_boundary"] is None:
        deny = {**allow("dynamodb:*", TABLE), "Effect": "Deny"}
        before["principals"][THIEF]["policies"][0]["document"]["Statement"].append(deny)
    actions = {action for _, action, _ in requests(before, after, HELD)}
    assert actions == {"dynamodb:Query", "dynamodb:Scan"}


def test_everybody_else_is_asked_about_a_thing_whose_own_policy_is_another():
    opened = {"Statement": [allow("sqs:ReceiveMessage", QUEUE, Principal="*")]}
    after = account(role(THIEF, OWN), role(OWNER), policies={QUEUE: opened})
    assert asked(after) == [(THIEF, "sqs:ReceiveMessage", QUEUE)]


def test_a_service_that_no_unit_uses_is_asked_about_by_what_the_statement_names():
    vault = "arn:aws:backup:eu-central-1:111111111111:backup-vault:*"
    after = account(role(THIEF, OWN, allow("backup:StartBackupJob", vault)), role(OWNER))
    assert asked(after) == [(THIEF, "backup:StartBackupJob", vault.replace("*", "any"))]


def test_a_things_own_policy_is_found_by_what_it_names():
    text = json.dumps({"Statement": [allow("sqs:SendMessage", QUEUE, Principal="*")]})
    queue = {"type": "aws:sqs/queuePolicy:QueuePolicy", "urn": "q", "inputs": {"policy": text}}
    assert set(described([queue], HELD)["resource_policies"]) == {QUEUE}


def test_whom_a_leak_adds_had_nothing_before():
    policy = json.dumps({"Statement": [allow("dynamodb:GetItem", TABLE)]})
    made = {"name": "bonuses_thief", "inlinePolicies": [{"policy": policy}]}
    states = [{"type": "aws:iam/role:Role", "urn": "r", "inputs": made}]
    before, after, questions = asked_about(
        account(), Leaked("a role", Clean.SHIPPED, states=states, before=[], after=states), HELD
    )
    assert [action for _, action, _ in questions] == ["dynamodb:GetItem"]
    [asked] = after["principals"]
    assert before["principals"][asked]["policies"] == []


def test_a_leak_is_found_by_what_did_not_pass_before():
    answers = {
        "0-before.json": [],
        "0-after.json": [3],
        "1-before.json": [3],
        "1-after.json": [3],
        "2-before.json": [3],
        "2-after.json": [3, 4],
        "3-before.json": [],
        "3-after.json": None,
        "10-before.json": [],
        "10-after.json": [],
    }
    assert found(answers) == ([0, 2], [3])


def test_without_npm_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotInstalledError, match="tool: npm is missing"):
        install_node("tool", "1.0", tmp_path)
