"""What a unit gives to everything in it: names, configuration, key, boundary, tags and code."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi_aws import iam, kms, lambda_

from pbckit.infra.alarms import Measure
from pbckit.infra.concurrency import Demand
from pbckit.infra.environment import EnvironmentConfig
from pbckit.infra.inventory import Inventory
from pbckit.infra.names import Names

FIXED_DESCRIPTION = ("description",)
"""For `ignore_changes` of a policy that is the boundary of roles: AWS cannot change the description, so that a new text
would replace the policy, and AWS deletes no policy that roles use."""


@dataclass(frozen=True, kw_only=True)
class UnitContext:
    """The surroundings of a component inside a unit."""

    config: EnvironmentConfig
    names: Names
    tags: dict[str, str]
    key: kms.Key
    boundary: iam.Policy
    layer: lambda_.LayerVersion | None
    """None for a unit without code."""
    code_path: str | None
    platform: Sequence[pulumi.Resource] = ()
    """The platform's resources that must be there first, where this stack manages them too."""
    measures: list[Measure] = field(default_factory=list[Measure])
    """Every alarm made in the unit, for its dashboard."""
    demands: list[Demand] = field(default_factory=list[Demand])
    """Lambda executions that the unit can take at once."""
    inventory: Inventory = field(default_factory=Inventory)
    """What was made in the unit, for its unit admin."""

    @property
    def boundary_arn(self) -> str:
        """ARN of the permissions boundary, known at preview."""
        return self.names.policy(self.names.physical("boundary"))


def child_of(
    parent: pulumi.Resource,
    depends_on: Sequence[pulumi.Resource] = (),
    *,
    protect: bool | None = None,
    ignore_changes: Sequence[str] = (),
    delete_before_replace: bool | None = None,
) -> pulumi.ResourceOptions:
    """Options of a component's child."""
    return pulumi.ResourceOptions(
        parent=parent,
        depends_on=list(depends_on),
        protect=protect,
        ignore_changes=list(ignore_changes) or None,
        delete_before_replace=delete_before_replace,
    )
