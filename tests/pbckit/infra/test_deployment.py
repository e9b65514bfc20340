"""The right to deploy a unit, as text: whom it trusts, and that it fits into what IAM allows."""

import json

import pytest

from pbckit.infra.boundary import MANAGED_POLICY_LIMIT
from pbckit.sandbox.graph import Graph
from tests.conftest import ROOT, captured

ENVIRONMENTS = ("dev", "staging", "prod")
DEPLOYED = {
    path.parent.name.replace("_", "-") for room in ("pbcs", "offerings") for path in ROOT.glob(f"{room}/*/__init__.py")
}


def roles(graph: Graph) -> dict[str, dict[str, str]]:
    """Inputs of the deployment roles, by unit."""
    found = [one for one in graph.by_type("aws:iam/role:Role") if "DeploymentRole$" in one.urn]
    return {one.inputs["tags"]["pbc"]: one.inputs for one in found}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_each_pbc_and_offering_has_a_role_that_trusts_its_environment_only(environment: str):
    found = roles(captured(environment))
    assert found.keys() == DEPLOYED
    for unit, role in found.items():
        (statement,) = json.loads(role["assumeRolePolicy"])["Statement"]
        subject = statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
        assert subject == f"repo:example/rewards:environment:{environment}"
        assert role["name"] == f"rewards-{environment}-deploy_{unit}"
        assert role["permissionsBoundary"].endswith(f":policy/rewards-{environment}-deploy_{unit}")


def test_the_rights_fit_into_a_managed_policy():
    for policy in captured("dev").by_type("aws:iam/policy:Policy"):
        assert len(policy.inputs["policy"]) <= MANAGED_POLICY_LIMIT, policy.name
