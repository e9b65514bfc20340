"""The right to deploy one unit: a role for its pipeline, which can change the unit and nothing else.

The unit's key and its boundary are no part of it: who may change these could lift what confines the unit. They are
made and changed by whoever deploys the environment.
"""

from collections.abc import Sequence

import pulumi
from pulumi_aws import iam

from pbckit.contracts import catalogue
from pbckit.infra.context import FIXED_DESCRIPTION, child_of
from pbckit.infra.deployment_permissions import deployment_limit, deployment_permissions
from pbckit.infra.environment import EnvironmentConfig, tags
from pbckit.infra.names import DEPLOYMENT
from pbckit.infra.pipeline_identity import repository_trust

_SESSION_SECONDS = 3_600


class DeploymentRole(pulumi.ComponentResource):
    """The role that the pipeline of one unit deploys with, trusted by the repository in one environment only."""

    def __init__(
        self,
        unit: str,
        config: EnvironmentConfig,
        repository: str,
        identity: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Make the role.

        Args:
            unit: key of the unit that it deploys.
            config: the environment.
            repository: whose jobs it trusts, as the configuration names it.
            identity: the identity provider, where it is made along with the role.
            opts: options of the component.
        """
        name = f"{unit}-deployment"
        super().__init__("pbckit:infra:DeploymentRole", name, {"unit": unit}, opts)
        owner = config.names(DEPLOYMENT)
        physical = owner.physical(unit)
        own = config.names(unit)
        given = {
            "remove_tables": not config.deletion_protection,
            "read_api": config.read_api_callers is not None and bool(catalogue.routed(unit)),
        }
        limit = iam.Policy(
            f"{name}-limit",
            name=physical,
            description=f"All that deploying {unit} may do",
            policy=deployment_limit(own, **given),
            tags=tags(config, unit),
            opts=child_of(self, ignore_changes=FIXED_DESCRIPTION),
        )
        role = iam.Role(
            name,
            name=physical,
            description=f"Deploys {unit} in {config.environment}",
            assume_role_policy=repository_trust(owner, repository),
            permissions_boundary=owner.policy(physical),
            max_session_duration=_SESSION_SECONDS,
            tags=tags(config, unit),
            opts=child_of(self, depends_on=[limit, *identity]),
        )
        iam.RolePolicy(
            f"{name}-rights",
            name="deploy",
            role=role.name,
            policy=deployment_permissions(own, **given),
            opts=child_of(self, depends_on=[role]),
        )
        self.register_outputs({"unit": unit})
