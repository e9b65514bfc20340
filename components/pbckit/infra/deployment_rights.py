"""What deploying one unit may do: for each type of resource, what Pulumi calls to make, change, look at and remove it.

What confines the unit is left out: its key and its boundary are only looked at. Who could change these could lift
what the proof of isolation rests on. Data is left out too, the unit's own as well.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from pbckit.infra.boundary import MANAGED_POLICY_LIMIT, BoundaryTooLong
from pbckit.infra.deployment_keys import key_limit, key_rights
from pbckit.infra.iam import Condition, Statement, document
from pbckit.infra.names import PLATFORM, Names

_TABLES = (
    "dynamodb:CreateTable",
    "dynamodb:DescribeContinuousBackups",
    "dynamodb:DescribeTable",
    "dynamodb:DescribeTimeToLive",
    "dynamodb:ListTagsOfResource",
    "dynamodb:TagResource",
    "dynamodb:UpdateContinuousBackups",
    "dynamodb:UpdateTable",
    "dynamodb:UpdateTimeToLive",
)
_REMOVE_TABLES = ("dynamodb:DeleteTable",)
_QUEUES = (
    "sqs:CreateQueue",
    "sqs:DeleteQueue",
    "sqs:GetQueueAttributes",
    "sqs:GetQueueUrl",
    "sqs:ListQueueTags",
    "sqs:SetQueueAttributes",
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
_MAPPINGS = (
    "lambda:CreateEventSourceMapping",
    "lambda:DeleteEventSourceMapping",
    "lambda:GetEventSourceMapping",
    "lambda:UpdateEventSourceMapping",
)
_ROLES_UNDER_BOUNDARY = ("iam:CreateRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy")
_ROLES = (
    "iam:DeleteRole",
    "iam:DeleteRolePolicy",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListInstanceProfilesForRole",
    "iam:ListRolePolicies",
    "iam:TagRole",
)
_PASSED_TO = ("lambda.amazonaws.com", "scheduler.amazonaws.com", "states.amazonaws.com")
_LOGS = (
    "logs:AssociateKmsKey",
    "logs:CreateLogGroup",
    "logs:DeleteLogGroup",
    "logs:DeleteMetricFilter",
    "logs:DescribeMetricFilters",
    "logs:ListTagsForResource",
    "logs:PutMetricFilter",
    "logs:PutRetentionPolicy",
    "logs:TagResource",
)
_ALARMS = (
    "cloudwatch:DeleteAlarms",
    "cloudwatch:ListTagsForResource",
    "cloudwatch:PutMetricAlarm",
    "cloudwatch:TagResource",
)
_DASHBOARDS = ("cloudwatch:DeleteDashboards", "cloudwatch:GetDashboard", "cloudwatch:PutDashboard")
_RULES = (
    "events:DeleteRule",
    "events:DescribeRule",
    "events:ListTagsForResource",
    "events:ListTargetsByRule",
    "events:PutRule",
    "events:PutTargets",
    "events:RemoveTargets",
    "events:TagResource",
)
_SCHEDULES = (
    "scheduler:CreateSchedule",
    "scheduler:DeleteSchedule",
    "scheduler:GetSchedule",
    "scheduler:UpdateSchedule",
)
_WORKFLOWS = (
    "states:CreateStateMachine",
    "states:DeleteStateMachine",
    "states:DescribeStateMachine",
    "states:ListTagsForResource",
    "states:TagResource",
    "states:UpdateStateMachine",
)
_SCHEMAS = (
    "schemas:CreateSchema",
    "schemas:DeleteSchema",
    "schemas:DescribeSchema",
    "schemas:ListTagsForResource",
    "schemas:TagResource",
    "schemas:UpdateSchema",
)
_LOOK_AT_LIMITS = ("iam:GetPolicy", "iam:GetPolicyVersion")
_FOR_ALL = ("kms:ListAliases", "logs:DescribeLogGroups", "states:ValidateStateMachineDefinition")
"""Actions that know no resources, and tell names only."""
_PROTECTED_SERVICES = ("s3:*", "kinesis:*", "secretsmanager:*", "sns:*")


def deployment_rights(names: Names, *, remove_tables: bool) -> str:
    """What the deployment of a unit may do, as a policy document.

    Args:
        names: the unit's names.
        remove_tables: False where AWS itself must refuse to delete a store.
    """
    return document([*_own_things(names, remove_tables=remove_tables), *_more(names), *key_rights(names)])


def deployment_limit(names: Names, *, remove_tables: bool) -> str:
    """The same rights, short enough to be the boundary of who has them.

    What is allowed on things by their names becomes one statement: an action of one service means nothing on another's.

    Raises:
        BoundaryTooLong: IAM would refuse it.
    """
    things = list(_own_things(names, remove_tables=remove_tables))
    actions = [action for one in things for action in one.actions]
    resources = [resource for one in things for resource in one.resources]
    statements = [_allow("Things", actions, resources), *_more(names), *key_limit(names)]
    text = document(replace(one, sid="") for one in statements)
    if len(text) > MANAGED_POLICY_LIMIT:
        raise BoundaryTooLong(
            f"the right to deploy {names.unit!r}: {len(text)} characters, IAM allows {MANAGED_POLICY_LIMIT}; "
            "the unit's name is too long"
        )
    return text


def _more(names: Names) -> Iterable[Statement]:
    yield from _without_names(names)
    yield from _own_roles(names)
    yield from _confinement(names)
    yield from _denials(names)


def _own_things(names: Names, *, remove_tables: bool) -> Iterable[Statement]:
    own = f"{names.prefix}*"
    tables = (*_TABLES, *(_REMOVE_TABLES if remove_tables else ()))
    registry = names.of(PLATFORM).physical("events")
    logs = [names.arn("logs", f"log-group:/aws/{kind}/{own}") for kind in ("lambda", "vendedlogs/states")]
    yield _allow("Tables", tables, [names.table(own)])
    yield _allow("Queues", _QUEUES, [names.queue(own)])
    yield _allow("Functions", _FUNCTIONS, [names.function(own), names.arn("lambda", f"layer:{own}")])
    yield _allow("Logs", _LOGS, logs)
    yield _allow("Alarms", _ALARMS, [names.arn("cloudwatch", f"alarm:{own}")])
    yield _allow("Dashboards", _DASHBOARDS, [names.dashboard(own)])
    yield _allow("Rules", _RULES, [names.rule(own)])
    yield _allow("Schedules", _SCHEDULES, [names.arn("scheduler", f"schedule/default/{own}")])
    yield _allow("Workflows", _WORKFLOWS, [names.state_machine(own)])
    yield _allow("Schemas", _SCHEMAS, [names.arn("schemas", f"schema/{registry}/{names.unit}@*")])


def _without_names(names: Names) -> Iterable[Statement]:
    """Mappings are the unit's by the function that they call; what is listed has no one's name."""
    functions = names.function(f"{names.prefix}*")
    yield _allow("Mappings", _MAPPINGS, ["*"], {"ArnLike": {"lambda:FunctionArn": functions}})
    yield _allow("Lists", _FOR_ALL, ["*"])
    yield _allow("SeeAlarms", ["cloudwatch:DescribeAlarms"], [names.arn("cloudwatch", "alarm:*")])


def _own_roles(names: Names) -> Iterable[Statement]:
    roles = [names.role(f"{names.prefix}*")]
    limit = names.policy(names.physical("boundary"))
    under_boundary: Condition = {"StringEquals": {"iam:PermissionsBoundary": limit}}
    yield _allow("BoundRoles", _ROLES_UNDER_BOUNDARY, roles, under_boundary)
    yield _allow("Roles", _ROLES, roles)
    yield _allow("PassRoles", ["iam:PassRole"], roles, {"StringEquals": {"iam:PassedToService": _PASSED_TO}})


def _confinement(names: Names) -> Iterable[Statement]:
    """The unit's boundary is looked at; what is with its key, see `pbckit.infra.deployment_keys`."""
    yield _allow("SeeBoundary", _LOOK_AT_LIMITS, [names.policy(names.physical("boundary"))])


def _denials(names: Names) -> Iterable[Statement]:
    """What holds even where a resource's own policy would let the role in, and for what carries another unit's tag."""
    own = f"{names.prefix}*"
    stores = [names.table(own), names.queue(own)]
    yield Statement(sid="NoForeignStore", effect="Deny", actions=["dynamodb:*", "sqs:*"], not_resources=stores)
    yield Statement(sid="NoOtherStore", effect="Deny", actions=_PROTECTED_SERVICES, resources=["*"])
    foreign: Condition = {
        "StringNotEquals": {"aws:RequestTag/pbc": names.unit},
        "Null": {"aws:RequestTag/pbc": "false"},
    }
    yield Statement(sid="NoForeignTag", effect="Deny", actions=["*"], resources=["*"], condition=foreign)


def _allow(sid: str, actions: Sequence[str], resources: Sequence[str], condition: Condition | None = None) -> Statement:
    return Statement(sid=sid, actions=actions, resources=resources, condition=condition or {})
