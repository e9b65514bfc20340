"""The right to deploy one unit: a role for its pipeline, which can change the unit and nothing else.

The unit's key and its boundary are no part of it: who may change these could lift what confines the unit. They are
made and changed by whoever deploys the environment.
"""

import pulumi
from pulumi_aws import iam

from components.context import child_of
from components.environment import EnvironmentConfig, tags
from components.iam import Statement, document
from components.names import DEPLOYMENT, Names

_ISSUER = "token.actions.githubusercontent.com"
_SESSION_SECONDS = 3_600
_PROTECTED_SERVICES = ("s3:*", "kinesis:*", "secretsmanager:*", "sns:*")
_TABLES = (
    "dynamodb:CreateTable",
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeTable",
    "dynamodb:DescribeTimeToLive",
    "dynamodb:ListTagsOfResource",
    "dynamodb:TagResource",
    "dynamodb:UpdateContinuousBackups",
    "dynamodb:UpdateTimeToLive",
)
_QUEUES = (
    "sqs:CreateQueue",
    "sqs:DeleteQueue",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ListQueueTags",
    "sqs:TagQueue",
)
_FUNCTIONS = (
    "lambda:CreateAlias",
    "lambda:CreateFunction",
    "lambda:DeleteAlias",
    "lambda:DeleteFunction",
    "lambda:DeleteLayerVersion",
    "lambda:GetAlias",
    "lambda:GetFunction",
    "lambda:GetFunctionCodeSigningConfig",
    "lambda:GetFunctionConfiguration",
    "lambda:GetLayerVersion",
    "lambda:ListTags",
    "lambda:ListVersionsByFunction",
    "lambda:PublishLayerVersion",
    "lambda:PublishVersion",
    "lambda:TagResource",
    "lambda:UpdateAlias",
    "lambda:UpdateFunctionCode",
    "lambda:UpdateFunctionConfiguration",
)
_ROLES_UNDER_BOUNDARY = ("iam:CreateRole", "iam:PutRolePolicy")
_ROLES = ("iam:DeleteRole", "iam:DeleteRolePolicy", "iam:GetRole", "iam:GetRolePolicy", "iam:TagRole")
_LOGS = ("logs:CreateLogGroup", "logs:ListTagsForResource", "logs:PutRetentionPolicy", "logs:TagResource")
_ALARMS = ("cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm")


class DeploymentRole(pulumi.ComponentResource):
    """The role that the pipeline of one unit deploys with, trusted by the repository in one environment only."""

    def __init__(
        self, unit: str, config: EnvironmentConfig, repository: str, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        name = f"{unit}-deployment"
        super().__init__("rewards:components:DeploymentRole", name, {"unit": unit}, opts)
        owner = config.names(DEPLOYMENT)
        physical = owner.physical(unit)
        rights = deployment_rights(config.names(unit))
        limit = iam.Policy(
            f"{name}-limit",
            name=physical,
            description=f"All that deploying {unit} may do",
            policy=rights,
            tags=tags(config, unit),
            opts=child_of(self),
        )
        role = iam.Role(
            name,
            name=physical,
            description=f"Deploys {unit} in {config.environment}",
            assume_role_policy=repository_trust(owner, repository),
            permissions_boundary=owner.policy(physical),
            max_session_duration=_SESSION_SECONDS,
            tags=tags(config, unit),
            opts=child_of(self, depends_on=[limit]),
        )
        iam.RolePolicy(
            f"{name}-rights", name="deploy", role=physical, policy=rights, opts=child_of(self, depends_on=[role])
        )
        self.register_outputs({"unit": unit})


def repository_trust(names: Names, repository: str) -> str:
    """Trust in the jobs of one repository that run in this environment, after whatever approval it asks for."""
    return document(
        [
            Statement(
                sid="JobsOfThisEnvironment",
                principal={"Federated": names.arn("iam", f"oidc-provider/{_ISSUER}")},
                actions=["sts:AssumeRoleWithWebIdentity"],
                condition={
                    "StringEquals": {
                        f"{_ISSUER}:aud": "sts.amazonaws.com",
                        f"{_ISSUER}:sub": f"repo:{repository}:environment:{names.environment}",
                    }
                },
            )
        ]
    )


def deployment_rights(names: Names) -> str:
    """What the deployment of a unit may do, as identity policy and as its own boundary."""
    own = f"{names.prefix}*"
    roles, functions = names.role(own), names.function(own)
    limit = names.policy(names.physical("boundary"))
    return document(
        [
            Statement(sid="OwnTables", actions=_TABLES, resources=[names.table(own)]),
            Statement(sid="OwnQueues", actions=_QUEUES, resources=[names.queue(own)]),
            Statement(
                sid="OwnFunctions", actions=_FUNCTIONS, resources=[functions, names.arn("lambda", f"layer:{own}")]
            ),
            Statement(sid="OwnLogs", actions=_LOGS, resources=[names.log_group(f"/aws/lambda/{own}")]),
            Statement(sid="OwnAlarms", actions=_ALARMS, resources=[names.arn("cloudwatch", f"alarm:{own}")]),
            Statement(
                sid="OwnRolesUnderTheBoundary",
                actions=_ROLES_UNDER_BOUNDARY,
                resources=[roles],
                condition={"StringEquals": {"iam:PermissionsBoundary": limit}},
            ),
            Statement(sid="OwnRoles", actions=_ROLES, resources=[roles]),
            Statement(
                sid="PassOwnRolesToLambda",
                actions=["iam:PassRole"],
                resources=[roles],
                condition={"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
            ),
            Statement(
                sid="NoForeignStore",
                effect="Deny",
                actions=["dynamodb:*", "sqs:*"],
                not_resources=[names.table(own), names.queue(own)],
            ),
            Statement(sid="NoOtherStore", effect="Deny", actions=_PROTECTED_SERVICES, resources=["*"]),
        ]
    )
