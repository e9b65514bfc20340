"""A Lambda function under a role of its own, reached through its published version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi
from pulumi_aws import cloudwatch, iam, lambda_

from pbckit.errors import PbckitError
from pbckit.infra.alarms import Alarm, Measure
from pbckit.infra.context import UnitContext, child_of
from pbckit.infra.iam import Grant, document, merged, send_traces, trust, write_logs
from pbckit.infra.monitoring import make_alarms
from pbckit.infra.names import LIVE, OPERATOR
from pbckit.infra.packaging import RUNTIME, require_handler

MEMORY_MB = 512
"""Of a function for which nothing else is said."""
SMALL_MB = 256
"""Of one that mostly waits, or for whose end nobody waits: Lambda charges memory for as long as a function runs."""
_ALLOWED_MB = range(128, 10_240 + 1)
"""https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""


class InvalidFunction(PbckitError, pulumi.RunError):
    """A function that cannot be made as asked."""


class ForeignStore(PbckitError, pulumi.RunError):
    """A role is granted the use of another unit's table or queue, which its boundary denies."""


@dataclass(frozen=True, kw_only=True)
class FunctionArgs:
    """What a function runs and what it may do."""

    context: UnitContext
    thing: str
    """Kebab-case name of the function within the unit."""
    handler: str
    """Dotted path of the handler, for example `lambdas.orders.place.handler`."""
    grants: Sequence[Grant] = ()
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    timeout_seconds: int = 10
    memory_mb: int = MEMORY_MB
    """It has processor in proportion: a whole one with 1,769."""


class Function(pulumi.ComponentResource):
    """Zip and layer of the unit, published version behind the alias `live`, log group with retention, own role inside
    the unit's boundary, active tracing, and an alarm on errors, which a timeout is too.
    """

    physical_name: str
    arn: str
    """ARN of the alias `live`, known at preview: what callers invoke."""
    alias: lambda_.Alias
    name: pulumi.Output[str]
    """Of the function, from AWS: what belongs to it is made anew with it."""
    role: iam.Role
    timeout_seconds: int

    def __init__(self, name: str, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pbckit:infra:Function", name, None, opts)
        context, names = args.context, args.context.names
        if context.layer is None or context.code_path is None:
            raise InvalidFunction(f"unit {names.unit!r} has no code to run {args.handler!r} with")
        if args.thing == OPERATOR:
            raise InvalidFunction(
                f"{names.unit}: no function can be called {OPERATOR!r}: the role for people has that name; rename it"
            )
        if args.memory_mb not in _ALLOWED_MB:
            raise InvalidFunction(
                f"{names.unit} {args.thing}: memory_mb is {args.memory_mb}; "
                f"allowed: {_ALLOWED_MB.start:,} to {_ALLOWED_MB.stop - 1:,}"
            )
        require_handler(names.unit, args.handler)
        self.physical_name = names.physical(args.thing)
        self.timeout_seconds = args.timeout_seconds
        log_group = cloudwatch.LogGroup(
            f"{name}-logs",
            name=f"/aws/lambda/{self.physical_name}",
            retention_in_days=context.config.log_retention_days,
            kms_key_id=context.key.arn,
            tags=context.tags,
            opts=child_of(self),
        )
        self.role, policy = make_role(
            self,
            f"{name}-role",
            context,
            thing=args.thing,
            trust_policy=trust("lambda.amazonaws.com", names.account),
            grants=[
                Grant(statements=[write_logs(names, f"/aws/lambda/{self.physical_name}"), send_traces()]),
                *args.grants,
            ],
        )
        function = lambda_.Function(
            f"{name}-function",
            name=self.physical_name,
            role=names.role(names.physical(args.thing)),
            runtime=RUNTIME,
            architectures=[context.config.architecture],
            handler=args.handler,
            code=pulumi.FileArchive(context.code_path),
            layers=[context.layer.arn],
            publish=True,
            timeout=args.timeout_seconds,
            memory_size=args.memory_mb,
            environment=lambda_.FunctionEnvironmentArgs(variables=_environment(args)),
            tracing_config=lambda_.FunctionTracingConfigArgs(mode="Active"),
            logging_config=lambda_.FunctionLoggingConfigArgs(
                log_format="JSON", log_group=f"/aws/lambda/{self.physical_name}"
            ),
            tags=context.tags,
            # The policy must be there before the first invocation, and the log group before Lambda makes its own.
            opts=child_of(self, depends_on=[log_group, self.role, policy]),
        )
        self.name = function.name
        self.alias = lambda_.Alias(
            f"{name}-live",
            name=LIVE,
            # Both from outputs: the alias follows each new version, and is made anew with a function that is replaced.
            function_name=function.name,
            function_version=function.version,
            # Where releases are canaries, `pbc release` moves the alias, and a deployment leaves it where it is.
            opts=child_of(
                self,
                depends_on=[function],
                ignore_changes=["functionVersion", "routingConfig"] if context.config.releases == "canary" else (),
            ),
        )
        self.arn = f"{names.function(self.physical_name)}:{LIVE}"
        make_alarms(self, context, [_failure(args.thing, self.physical_name)])
        context.measures.append(_duration(args.thing, self.physical_name))
        context.inventory.log_groups.append(f"/aws/lambda/{self.physical_name}")
        self.register_outputs({"arn": self.arn})


def make_role(
    parent: pulumi.Resource,
    name: str,
    context: UnitContext,
    *,
    thing: str,
    trust_policy: str,
    grants: Sequence[Grant],
) -> tuple[iam.Role, iam.RolePolicy]:
    """A role inside the unit's boundary with exactly the granted permissions.

    Raises:
        ForeignStore: a grant is on a table or queue of another unit.
    """
    _refuse_foreign_stores(context, thing, grants)
    role = iam.Role(
        name,
        name=context.names.physical(thing),
        assume_role_policy=trust_policy,
        permissions_boundary=context.boundary_arn,
        tags=context.tags,
        opts=child_of(parent, depends_on=[context.boundary]),
    )
    policy = iam.RolePolicy(
        f"{name}-policy",
        name="permissions",
        role=role.name,  # an output: AWS keeps a role from being deleted before its policies
        policy=document(merged(statement for grant in grants for statement in grant.statements)),
        opts=child_of(parent, depends_on=[role]),
    )
    return role, policy


def _refuse_foreign_stores(context: UnitContext, thing: str, grants: Sequence[Grant]) -> None:
    """The boundary would deny it at run time, long after the mistake was made."""
    unit = context.names.unit
    resources = [one for grant in grants for statement in grant.statements for one in statement.resources]
    for arn in resources:
        owner = context.names.owner_of_store(arn)
        if owner not in (None, unit):
            raise ForeignStore(
                f"{unit}: {thing!r} is granted the use of {arn}, a store of {owner}; a unit reaches no store but its "
                f"own: ask a capability of {owner}, or subscribe to an event that {owner} publishes"
            )


def _environment(args: FunctionArgs) -> dict[str, str]:
    unit = args.context.names.unit
    granted = {key: value for grant in args.grants for key, value in grant.environment.items()}
    return {
        "UNIT": unit,
        "ENVIRONMENT": args.context.config.environment,
        "POWERTOOLS_SERVICE_NAME": unit,
        "POWERTOOLS_METRICS_NAMESPACE": args.context.config.metric_namespace,
        "POWERTOOLS_LOG_LEVEL": "INFO",
        **granted,
        **args.environment,
    }


def _failure(thing: str, function_name: str) -> Alarm:
    return Alarm(
        thing=f"{thing}-errors",
        kind="function-errors",
        meaning=f"{function_name} failed or ran out of time. Its log group has the reason.",
        namespace="AWS/Lambda",
        metric="Errors",
        dimensions={"FunctionName": function_name},
        statistic="Sum",
        threshold=0,
    )


def _duration(thing: str, function_name: str) -> Measure:
    return Measure(
        thing=thing,
        kind="function-duration",
        namespace="AWS/Lambda",
        metric="Duration",
        dimensions={"FunctionName": function_name},
        statistic="Maximum",
    )
