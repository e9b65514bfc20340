"""What the pipeline of one unit may do, generated from what the AWS provider calls for the unit's resource types.

A pipeline creates, reads, updates and deletes everything of its unit, except what confines the unit and what opens it.
Its key and its boundary are only read, because whoever could change them could lift what the proof of isolation rests
on. So is its read API, because whoever could change that could let anybody in. A pipeline has no right to data, not
even the unit's own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pbckit.infra.boundary import MANAGED_POLICY_LIMIT, BoundaryTooLong
from pbckit.infra.deployment_keys import key_limit, key_rights
from pbckit.infra.environment import EMBEDDED
from pbckit.infra.iam import Condition, Statement, document
from pbckit.infra.names import PLATFORM, Names
from pbckit.infra.provider_calls import PHASES, READ_API_TYPES, Phase, read

TABLE = "aws:dynamodb/table:Table"
OWN_TYPES = (
    "aws:cloudwatch/dashboard:Dashboard",
    "aws:cloudwatch/eventRule:EventRule",
    "aws:cloudwatch/eventTarget:EventTarget",
    "aws:cloudwatch/logGroup:LogGroup",
    "aws:cloudwatch/logMetricFilter:LogMetricFilter",
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    TABLE,
    "aws:iam/role:Role",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:lambda/alias:Alias",
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    "aws:lambda/function:Function",
    "aws:lambda/layerVersion:LayerVersion",
    "aws:scheduler/schedule:Schedule",
    "aws:schemas/schema:Schema",
    "aws:sfn/stateMachine:StateMachine",
    "aws:sqs/queue:Queue",
    "aws:sqs/queuePolicy:QueuePolicy",
)
"""Resource types that a unit's pipeline makes, changes and removes."""
CONFINING_TYPES = ("aws:iam/policy:Policy", "aws:kms/alias:Alias")
"""Resource types that confine the unit: its pipeline reads them. For its key, see `pbckit.infra.deployment_keys`."""

_PASSED_TO = ("lambda.amazonaws.com", "scheduler.amazonaws.com", "states.amazonaws.com")
_WITHOUT_RESOURCES = ("kms:ListAliases", "logs:DescribeLogGroups", "states:ValidateStateMachineDefinition")
"""Actions that know no resources, and tell names only."""
_PROTECTED_SERVICES = ("s3:*", "kinesis:*", "secretsmanager:*", "sns:*")


@dataclass(frozen=True, kw_only=True)
class _Scope:
    """On what some actions are allowed."""

    sid: str
    resources: Sequence[str]
    condition: Condition = field(default_factory=dict[str, Mapping[str, str | Sequence[str]]])


def deployment_permissions(names: Names, *, remove_tables: bool, read_api: bool = False) -> str:
    """What the pipeline of a unit may do, as a policy document.

    Args:
        names: the unit's names.
        remove_tables: False where AWS itself must refuse to delete a store.
        read_api: True where the unit has a read API.
    """
    needed = needed_actions(remove_tables=remove_tables, schemas=names.environment not in EMBEDDED, read_api=read_api)
    allowed = _allowed(needed, _scopes(names))
    return document([*allowed, *key_rights(names), *_denials(names)])


def deployment_limit(names: Names, *, remove_tables: bool, read_api: bool = False) -> str:
    """The permissions boundary of the role that has these rights.

    A role has one boundary, and a managed policy holds fewer characters than a role's inline policies. So the boundary
    allows the same actions in fewer statements: one for whatever carries the unit's name, without statement IDs, with
    the denials and the services that roles are passed to left to the rights. The policy pack proves of the boundary
    alone that it confines.

    Raises:
        BoundaryTooLong: IAM would refuse it.
    """
    needed = needed_actions(remove_tables=remove_tables, schemas=names.environment not in EMBEDDED, read_api=read_api)
    allowed = _allowed(needed, _wide_scopes(names))
    text = document(replace(one, sid="") for one in (*allowed, *key_limit(names)))
    if len(text) > MANAGED_POLICY_LIMIT:
        raise BoundaryTooLong(
            f"the right to deploy {names.unit!r}: {len(text)} characters, IAM allows {MANAGED_POLICY_LIMIT}; "
            "the unit's name is too long"
        )
    return text


def needed_actions(*, remove_tables: bool, schemas: bool, read_api: bool = False) -> list[str]:
    """The IAM actions that the provider needs for what a unit's pipeline does, sorted.

    Args:
        remove_tables: False where AWS itself must refuse to delete a store.
        schemas: False where there is no schema registry.
        read_api: True where the unit has a read API.
    """
    calls = read()
    phases: dict[str, Sequence[Phase]] = {
        **dict.fromkeys((one for one in OWN_TYPES if schemas or not one.startswith("aws:schemas/")), PHASES),
        **dict.fromkeys(CONFINING_TYPES, ("read",)),
        TABLE: PHASES if remove_tables else ("create", "read", "update"),
        **dict.fromkeys(READ_API_TYPES if read_api else (), ("read",)),
    }
    return sorted({one for kind, some in phases.items() for call in calls.needed(kind, some) for one in call.actions})


def _allowed(actions: Iterable[str], scopes: Mapping[str, Sequence[_Scope]]) -> Iterable[Statement]:
    """A statement for each scope."""
    statements: dict[str, Statement] = {}
    for action in actions:
        for scope in scopes.get(action) or scopes[action.partition(":")[0]]:
            before = statements.get(scope.sid)
            statements[scope.sid] = Statement(
                sid=scope.sid,
                actions=[*(before.actions if before else ()), action],
                resources=scope.resources,
                condition=scope.condition,
            )
    return statements.values()


def _scopes(names: Names) -> Mapping[str, Sequence[_Scope]]:
    """Where an action is allowed, by action; else by its service: on the unit's own resources, by name."""
    own, registry = f"{names.prefix}*", names.of(PLATFORM).physical("events")
    logs = [names.arn("logs", f"log-group:/aws/{kind}/{own}") for kind in ("lambda", "vendedlogs/states")]
    services = {
        "cloudwatch": ("Monitoring", [names.arn("cloudwatch", f"alarm:{own}"), names.dashboard(own)]),
        "dynamodb": ("Tables", [names.table(own)]),
        "events": ("Rules", [names.rule(own)]),
        "iam": ("Roles", [names.role(own)]),
        "lambda": ("Functions", [names.function(own), names.arn("lambda", f"layer:{own}")]),
        "logs": ("Logs", logs),
        "scheduler": ("Schedules", [names.arn("scheduler", f"schedule/default/{own}")]),
        "schemas": ("Schemas", [names.arn("schemas", f"schema/{registry}/{names.unit}@*")]),
        "sqs": ("Queues", [names.queue(own)]),
        "states": ("Workflows", [names.state_machine(own)]),
    }
    tags = [names.function(own), names.arn("lambda", "event-source-mapping:*")]
    boundary = _Scope(sid="SeeBoundary", resources=[names.policy(names.physical("boundary"))])
    passed: Condition = {"StringEquals": {"iam:PassedToService": _PASSED_TO}}
    return {
        **{service: [_Scope(sid=sid, resources=some)] for service, (sid, some) in services.items()},
        **_conditional(names),
        "cloudwatch:DescribeAlarms": [_Scope(sid="SeeAlarms", resources=[names.arn("cloudwatch", "alarm:*")])],
        "iam:GetPolicy": [boundary],
        "iam:GetPolicyVersion": [boundary],
        "iam:PassRole": [_Scope(sid="PassRoles", resources=[names.role(own)], condition=passed)],
        # AWS makes the ID of a mapping, and knows no condition on its function for this action, which gives tags only.
        "lambda:ListTags": [_Scope(sid="SeeTags", resources=tags)],
    }


def _wide_scopes(names: Names) -> Mapping[str, Sequence[_Scope]]:
    """The same for the boundary: whatever carries the unit's name is one scope."""
    own, registry = f"{names.prefix}*", names.of(PLATFORM).physical("events")
    kinds = {
        "cloudwatch": (f"alarm:{own}",),
        "dynamodb": (f"table/{own}",),
        "events": (f"rule/{names.bus_name()}/{own}",),
        "iam": (f"role/{own}",),
        "lambda": (f"function:{own}", f"layer:{own}"),
        "logs": (f"log-group:/aws/*/{own}",),
        "scheduler": (f"schedule/*/{own}",),
        "schemas": (f"schema/{registry}/{names.unit}@*",),
        "sqs": (own,),
        "states": (f"stateMachine:{own}",),
    }
    resources = [names.arn(service, kind) for service, some in kinds.items() for kind in some]
    named = _Scope(sid="Named", resources=[*resources, names.dashboard(own)])
    boundary = names.policy(names.physical("boundary"))
    others = [names.arn("cloudwatch", "alarm:*"), names.arn("lambda", "event-source-mapping:*"), boundary]
    see = _Scope(sid="See", resources=others)
    return {
        **dict.fromkeys(kinds, (named,)),
        **_conditional(names),
        **dict.fromkeys(("cloudwatch:DescribeAlarms", "iam:GetPolicy", "iam:GetPolicyVersion"), (see,)),
        "lambda:ListTags": [named, see],
    }


def _conditional(names: Names) -> Mapping[str, Sequence[_Scope]]:
    """What needs a condition, and what knows no resources, by action."""
    functions = names.function(f"{names.prefix}*")
    under_boundary: Condition = {"StringEquals": {"iam:PermissionsBoundary": names.policy(names.physical("boundary"))}}
    bound = _Scope(sid="BoundRoles", resources=[names.role(f"{names.prefix}*")], condition=under_boundary)
    mappings = _Scope(sid="Mappings", resources=["*"], condition={"ArnLike": {"lambda:FunctionArn": functions}})
    # A mapping that is gone has no function. After deleting one, the provider asks until it hears that it is gone.
    present_or_gone: Condition = {"ArnLikeIfExists": {"lambda:FunctionArn": functions}}
    lists = _Scope(sid="Lists", resources=["*"])
    return {
        "apigateway:GET": [_own_apis(names)],
        **dict.fromkeys(("iam:CreateRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"), (bound,)),
        **dict.fromkeys([f"lambda:{verb}EventSourceMapping" for verb in ("Create", "Delete", "Update")], (mappings,)),
        "lambda:GetEventSourceMapping": [_Scope(sid="SeeMappings", resources=["*"], condition=present_or_gone)],
        **dict.fromkeys(_WITHOUT_RESOURCES, (lists,)),
    }


def _own_apis(names: Names) -> _Scope:
    """AWS chooses the ID of an API. What it has inherits its tags ("API Gateway resources that can be tagged")."""
    tags = {"project": names.project, "environment": names.environment, "pbc": names.unit}
    return _Scope(
        sid="SeeApis",
        resources=[f"arn:{names.partition}:apigateway:{names.region}::/restapis/*"],
        condition={"StringEquals": {f"aws:ResourceTag/{key}": value for key, value in tags.items()}},
    )


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
