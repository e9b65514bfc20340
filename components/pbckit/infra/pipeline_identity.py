"""How AWS recognizes the jobs of GitHub Actions that deploy: the identity provider, and whose tokens a role trusts.

A job proves by a token of GitHub's OIDC provider which repository and which environment it belongs to. The token's
subject has one of two forms: `repo:OWNER/NAME:environment:ENVIRONMENT`, or with immutable IDs
`repo:OWNER@ID/NAME@ID:environment:ENVIRONMENT`, for repositories that were created, renamed or transferred since July
2026 or opted in (GitHub Docs, "OpenID Connect reference", immutable subject claims).
"""

from collections.abc import Sequence

import pulumi
from pulumi_aws import iam

from pbckit.infra.context import child_of
from pbckit.infra.environment import EnvironmentConfig, tags
from pbckit.infra.iam import Statement, document
from pbckit.infra.names import Names

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
"""What `aws-actions/configure-aws-credentials` asks GitHub to issue tokens for."""


def make_identity_provider(parent: pulumi.Resource, config: EnvironmentConfig, unit: str) -> Sequence[pulumi.Resource]:
    """GitHub's identity provider in the account; nothing where the account has it already, as it can have one only."""
    if config.oidc_provider == "existing":
        return ()
    provider = iam.OpenIdConnectProvider(
        f"{unit}-github",
        url=f"https://{ISSUER}",
        client_id_lists=[AUDIENCE],
        tags=tags(config, unit),
        opts=child_of(parent, protect=config.protected),
    )
    return (provider,)


def repository_trust(names: Names, repository: str) -> str:
    """Trust in the jobs of one repository that run in this environment, after whatever approval it asks for.

    Args:
        names: any names of the environment.
        repository: `owner/name` or `owner@id/name@id`: the form that the subject of its tokens has.
    """
    condition = {
        "StringEquals": {
            f"{ISSUER}:aud": AUDIENCE,
            f"{ISSUER}:sub": f"repo:{repository}:environment:{names.environment}",
        }
    }
    trust = Statement(
        sid="JobsOfThisEnvironment",
        principal={"Federated": names.arn("iam", f"oidc-provider/{ISSUER}")},
        actions=["sts:AssumeRoleWithWebIdentity"],
        condition=condition,
    )
    return document([trust])
