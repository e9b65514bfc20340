"""A legacy system and a facade in the stack are owners like any other: neither may look into a PBC's store."""

from typing import Any

import pytest

from pbc_isolation.engine import judge
from pbc_isolation.stack.graph import from_export
from tests.conftest import captured
from tests.policies.leaks.changes import allow, document
from tests.policies.test_engine import SETTINGS

STORE = "arn:aws:dynamodb:eu-central-1:111111111111:table/rewards-migration-{}_store"
ROLES = {"legacy-rewards": "legacy-rewards_service", "categorization-facade": "categorization-facade_compare"}


@pytest.mark.parametrize(
    ("thief", "victim"),
    [
        ("legacy-rewards", "merchant-categorization"),
        ("legacy-rewards", "categorization-facade"),
        ("categorization-facade", "merchant-categorization"),
        ("categorization-facade", "legacy-rewards"),
    ],
)
def test_what_moves_reads_nobodys_store(thief: str, victim: str):
    body = captured("migration").export()
    role = f"rewards-migration-{ROLES[thief]}"
    states = body["deployment"]["resources"]
    boundary, permissions = (
        find(states, "aws:iam/policy:Policy", name=f"rewards-migration-{thief}_boundary"),
        find(states, "aws:iam/rolePolicy:RolePolicy", role=role),
    )
    put(boundary, [allow("*", on="*")])
    put(permissions, [allow("dynamodb:Query", on=STORE.format(victim))])
    paths = [
        " → ".join(one.path)
        for one in judge(from_export(body).resources, SETTINGS)
        if one.rule == "isolation-direct-read"
    ]
    assert f"role {role} → dynamodb:Query → table rewards-migration-{victim}_store" in paths


def find(states: list[dict[str, Any]], token: str, **wanted: str) -> dict[str, Any]:
    [found] = [one for one in states if one["type"] == token and wanted.items() <= one["inputs"].items()]
    return found


def put(state: dict[str, Any], statements: list[dict[str, Any]]) -> None:
    for side in ("inputs", "outputs"):
        state[side] = {**state.get(side, {}), "policy": document(*statements)}
