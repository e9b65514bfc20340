"""The roles that people act under: each unit brings its own, and none can do more than ask."""

import json
from typing import Any

import pytest

from pbckit.contracts import catalogue
from pbckit.contracts.definitions import PEOPLE, UNIT_ADMIN
from pbckit.infra.boundary import MANAGED_POLICY_LIMIT
from pbckit.sandbox.graph import Graph, Resource
from tests.conftest import captured

ROLE, INLINE, POLICY = "aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy"
STACKS = ("dev", "migration")
"""The second has a facade and a legacy system, which people ask too."""


def roles(graph: Graph) -> dict[str, Resource]:
    """The roles for people, by unit."""
    prefix, end = f"rewards-{graph.stack}-", "_operator"
    names = {one.inputs["name"]: one for one in graph.by_type(ROLE)}
    return {name.removeprefix(prefix).removesuffix(end): one for name, one in names.items() if name.endswith(end)}


def unit_of_boundary(policy: Resource) -> str:
    """Key of the unit whose boundary a policy is; empty for another policy."""
    name, mark, _ = policy.inputs["name"].partition("_boundary")
    return name.split("-", 2)[2] if mark else ""


def statements(graph: Graph, role: Resource) -> list[dict[str, Any]]:
    [policy] = [one for one in graph.by_type(INLINE) if one.inputs["role"] == role.inputs["name"]]
    return json.loads(policy.inputs["policy"])["Statement"]


@pytest.mark.parametrize("stack", STACKS)
def test_people_may_ask_of_a_unit_what_its_contract_opens_to_them_and_nothing_else(stack: str):
    graph = captured(stack)
    of_units = {unit: role for unit, role in roles(graph).items() if unit != PEOPLE}
    units = {name for name in map(unit_of_boundary, graph.by_type(POLICY)) if name}
    opened = {unit: found for unit in units if (found := catalogue.open_to_people(unit))}
    assert of_units.keys() == opened.keys()
    assert ("legacy-rewards" in opened, "categorization-facade" in opened) == (stack == "migration",) * 2
    for unit, role in of_units.items():
        account = role.inputs["permissionsBoundary"].split(":")[4]
        prefix = f"arn:aws:lambda:eu-central-1:{account}:function:rewards-{stack}-{unit}_"
        [asked] = statements(graph, role)
        assert asked["Action"] == ["lambda:InvokeFunction"]
        assert asked["Resource"] == sorted(f"{prefix}{one.name}:live" for one in opened[unit])
        assert role.inputs["permissionsBoundary"].endswith(f":policy/rewards-{stack}-{unit}_boundary")


@pytest.mark.parametrize("stack", STACKS)
def test_no_capability_but_unit_admins_stands_in_what_operations_is_deployed_with(stack: str):
    graph = captured(stack)
    names = {one.name for one in catalogue.capabilities()} - {UNIT_ADMIN}
    boundary = next(
        one for one in graph.by_type(POLICY) if one.inputs["name"] == f"rewards-{stack}-operations_boundary"
    )
    invoked = [
        arn
        for statement in (*json.loads(boundary.inputs["policy"])["Statement"], *statements(graph, roles(graph)[PEOPLE]))
        if "lambda:InvokeFunction" in statement.get("Action", ())
        for arn in statement["Resource"]
    ]
    assert invoked
    assert not [arn for arn in invoked if any(arn.endswith(f"_{name}:live") for name in names)]
    assert len(boundary.inputs["policy"]) < MANAGED_POLICY_LIMIT / 4
