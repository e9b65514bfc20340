"""The right to deploy a unit, as text: whom it trusts, and that it fits into what IAM allows."""

import json

import pytest

from pbckit.infra.boundary import MANAGED_POLICY_LIMIT
from pbckit.infra.names import Names
from pbckit.infra.pipeline_identity import repository_trust
from pbckit.sandbox.graph import Graph
from pbckit.sandbox.program import capture
from tests.conftest import ROOT, captured

POLICY, INLINE = "aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy"
PROVIDER = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"
NAMES = Names(project="rewards", environment="dev", unit="deploy", account="111111111111", region="eu-central-1")
INLINE_POLICY_LIMIT, TRUST_POLICY_LIMIT = 10_240, 2_048
"""Characters that IAM allows in all inline policies of a role, and in a trust policy (IAM and AWS STS quotas)."""
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


@pytest.mark.parametrize("repository", ["acme/rewards", "acme@1234/rewards@567890"])
def test_a_repository_is_trusted_under_the_subject_that_its_tokens_have(repository: str):
    document = json.loads(repository_trust(NAMES, repository))
    (statement,) = document["Statement"]
    assert statement["Principal"] == {
        "Federated": "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"
    }
    assert statement["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": f"repo:{repository}:environment:dev",
        }
    }


def test_the_platform_makes_the_identity_provider_before_the_roles():
    (provider,) = captured("dev").by_type(PROVIDER)
    assert provider.inputs["url"] == "https://token.actions.githubusercontent.com"
    assert provider.inputs["clientIdLists"] == ["sts.amazonaws.com"]
    for role in captured("dev").by_type("aws:iam/role:Role"):
        assert (provider.urn in role.dependencies) == ("DeploymentRole$" in role.urn), role.name


def test_an_identity_provider_that_exists_is_not_made_again():
    graph = capture("dev-platform", root=ROOT, config={"rewards:oidcProvider": "existing"})
    assert not graph.by_type(PROVIDER)
    assert roles(graph).keys() == DEPLOYED


def test_without_a_repository_nothing_is_trusted():
    assert not captured("migration").by_type(PROVIDER)
    assert not roles(captured("migration"))


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_documents_have_a_tenth_of_their_size_to_spare(environment: str):
    graph = captured(environment)
    for role in graph.by_type("aws:iam/role:Role"):
        if "DeploymentRole$" in role.urn:
            limit = next(one for one in graph.by_type(POLICY) if one.inputs["name"] == role.inputs["name"])
            inline = [one for one in graph.by_type(INLINE) if one.inputs["role"] == role.inputs["name"]]
            assert len(limit.inputs["policy"]) <= MANAGED_POLICY_LIMIT * 0.9, role.name
            assert sum(len(one.inputs["policy"]) for one in inline) <= INLINE_POLICY_LIMIT * 0.9, role.name
            assert len(role.inputs["assumeRolePolicy"]) <= TRUST_POLICY_LIMIT * 0.9, role.name
