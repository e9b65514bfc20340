"""A deployment role that may more than it should is found, in the captured program."""

import json
from typing import Any

import pytest

from pbc_isolation.engine import judge
from pbc_isolation.stack.graph import from_export
from tests.policies.leaks.changes import Stack, allow, arn
from tests.policies.test_engine import SETTINGS

OWN, OTHER = "points-ledger", "campaigns"
NAME = "rewards-dev-deploy_points-ledger"
RULE = "boundary-deployment-role"
LEAKS: dict[str, tuple[dict[str, Any], str]] = {
    "data of its unit": (allow("dynamodb:GetItem", on=arn("dynamodb", f"table/rewards-dev-{OWN}_store")), RULE),
    "messages of its unit": (allow("sqs:ReceiveMessage", on=arn("sqs", f"rewards-dev-{OWN}_x")), RULE),
    "a role without boundary": (allow("iam:CreateRole", on=arn("iam", f"role/rewards-dev-{OWN}_*")), RULE),
    "a neighbour's function": (
        allow("lambda:UpdateFunctionCode", on=arn("lambda", f"function:rewards-dev-{OTHER}_bonuses")),
        "isolation-functions",
    ),
    "a neighbour's role": (
        allow("iam:PassRole", on=arn("iam", f"role/rewards-dev-{OTHER}_bonuses")),
        "isolation-pass-role",
    ),
    "the boundary": (
        allow("iam:CreatePolicyVersion", on=arn("iam", f"policy/rewards-dev-{OWN}_boundary")),
        "isolation-identity",
    ),
    "its own rights": (allow("iam:PutRolePolicy", on=arn("iam", f"role/{NAME}")), "isolation-identity"),
    "lifting a boundary": (
        allow("iam:DeleteRolePermissionsBoundary", on=arn("iam", f"role/rewards-dev-{OWN}_*")),
        "isolation-identity",
    ),
}


def with_right(stack: Stack, statement: dict[str, Any]) -> None:
    """Give the deployment role one more right, in its policy and in what limits it."""
    for state in stack.body["deployment"]["resources"]:
        if "DeploymentRole$" in state["urn"] and state["urn"].split("::")[-1].startswith(f"{OWN}-deployment-"):
            for values in (state["inputs"], state["outputs"]):
                policy = json.loads(values["policy"])
                policy["Statement"].append(statement)
                values["policy"] = json.dumps(policy)


@pytest.mark.parametrize("right", LEAKS)
def test_one_right_too_many_is_found(right: str):
    statement, rule = LEAKS[right]
    stack = Stack(whole=True)
    with_right(stack, statement)
    found = {one.rule for one in judge(from_export(stack.body).resources, SETTINGS)}
    assert rule in found, found


def test_as_it_is_nothing_is_found():
    assert not judge(from_export(Stack(whole=True).body).resources, SETTINGS)
