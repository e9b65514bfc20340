"""An Express workflow that starts on an event and says what happens when a step fails."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi_aws import cloudwatch, sfn

from components.alarms import Alarm
from components.boundary import LOG_DELIVERY
from components.context import UnitContext, child_of
from components.function import make_role
from components.iam import Grant, Statement, send_traces, trust
from components.monitoring import make_alarms
from components.queue import DeadLetterQueue
from components.subscription import bounded_retry, event_pattern
from contracts.definitions import Event

FALLBACK_SUFFIX = "fallback"
"""States whose name ends so are fallbacks; entering one is counted."""


# Not string.Template: `$name` without braces is a JSONata variable.
_PLACEHOLDER = re.compile(r"\$\{([a-z_]+)\}")


class InvalidWorkflow(ValueError):
    """A workflow definition that cannot be deployed."""


@dataclass(frozen=True, kw_only=True)
class WorkflowArgs:
    """A workflow as data, and what it may call."""

    context: UnitContext
    thing: str
    definition: Path
    """ASL file. `${name}` stands for one of `values`."""
    values: Mapping[str, str]
    capability_arns: Sequence[str]
    starts_on: Sequence[type[Event]]


class Workflow(pulumi.ComponentResource):
    """State machine with logging, tracing and a dead-letter queue that keeps the original event of what it cannot do.

    `dead_letter_queue_url` and `partition` are given to the definition besides `values`.
    """

    physical_name: str
    arn: str
    dead_letters: DeadLetterQueue

    def __init__(self, name: str, args: WorkflowArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rewards:components:Workflow", name, None, opts)
        context, names = args.context, args.context.names
        self.physical_name = names.physical(args.thing)
        self.arn = names.state_machine(self.physical_name)
        rule_name = names.physical(f"{args.thing}-start")
        self.dead_letters = DeadLetterQueue(
            f"{name}-dlq", context, f"{args.thing}-dlq", rule_arns=[names.rule(rule_name)], opts=child_of(self)
        )
        log_group = cloudwatch.LogGroup(
            f"{name}-logs",
            # Below this prefix the account's log delivery needs no resource policy for each log group.
            name=f"/aws/vendedlogs/states/{self.physical_name}",
            retention_in_days=context.config.log_retention_days,
            kms_key_id=context.key.arn,
            tags=context.tags,
            opts=child_of(self),
        )
        role, policy = make_role(
            self,
            f"{name}-role",
            context,
            thing=args.thing,
            trust_policy=trust("states.amazonaws.com", names.account, self.arn),
            grants=[_run(args.capability_arns), self.dead_letters.send()],
        )
        machine = sfn.StateMachine(
            f"{name}-machine",
            name=self.physical_name,
            type="EXPRESS",
            role_arn=names.role(names.physical(args.thing)),
            definition=definition(
                args.definition,
                {**args.values, "dead_letter_queue_url": self.dead_letters.url, "partition": names.partition},
            ),
            logging_configuration=sfn.StateMachineLoggingConfigurationArgs(
                level="ALL",
                # The log tells which way a purchase went, not who bought what.
                include_execution_data=False,
                log_destination=log_group.arn.apply(lambda arn: f"{arn}:*"),
            ),
            tracing_configuration=sfn.StateMachineTracingConfigurationArgs(enabled=True),
            tags=context.tags,
            opts=child_of(self, depends_on=[log_group, role, policy]),
        )
        self._start_on(name, args, rule_name, machine)
        self._count_fallbacks(name, args, log_group)
        make_alarms(self, context, _alarms(args.thing, self.arn, context.config.project, self.physical_name))
        self.register_outputs({"arn": self.arn})

    def _start_on(self, name: str, args: WorkflowArgs, rule_name: str, machine: sfn.StateMachine) -> None:
        names = args.context.names
        role_thing = f"{args.thing}-start"
        role, policy = make_role(
            self,
            f"{name}-start-role",
            args.context,
            thing=role_thing,
            trust_policy=trust("events.amazonaws.com", names.account, names.rule(rule_name)),
            grants=[
                Grant(
                    statements=[Statement(sid="StartWorkflow", actions=["states:StartExecution"], resources=[self.arn])]
                )
            ],
        )
        rule = cloudwatch.EventRule(
            f"{name}-rule",
            name=rule_name,
            event_bus_name=names.bus_name(),
            event_pattern=event_pattern(args.starts_on),
            tags=args.context.tags,
            opts=child_of(self, depends_on=args.context.platform),
        )
        cloudwatch.EventTarget(
            f"{name}-target",
            rule=rule_name,
            event_bus_name=names.bus_name(),
            target_id="workflow",
            arn=self.arn,
            role_arn=names.role(names.physical(role_thing)),
            retry_policy=bounded_retry(),
            dead_letter_config=cloudwatch.EventTargetDeadLetterConfigArgs(arn=self.dead_letters.arn),
            opts=child_of(self, depends_on=[rule, role, policy, machine, self.dead_letters]),
        )

    def _count_fallbacks(self, name: str, args: WorkflowArgs, log_group: cloudwatch.LogGroup) -> None:
        cloudwatch.LogMetricFilter(
            f"{name}-fallbacks",
            name=args.context.names.physical(f"{args.thing}-fallbacks"),
            log_group_name=log_group.name,
            pattern=f'{{ $.type = "PassStateEntered" && $.details.name = "*{FALLBACK_SUFFIX}" }}',
            metric_transformation=cloudwatch.LogMetricFilterMetricTransformationArgs(
                namespace=args.context.config.project,
                name=_fallback_metric(self.physical_name),
                value="1",
                default_value="0",
            ),
            opts=child_of(self),
        )


def definition(path: Path, values: Mapping[str, str]) -> str:
    """The ASL of a file with its `${…}` filled in, compact.

    Raises:
        InvalidWorkflow: the file is not JSON, or names a value that is not given.
    """
    text = path.read_text()
    missing = sorted(set(_PLACEHOLDER.findall(text)) - set(values))
    if missing:
        raise InvalidWorkflow(f"{path.name}: ${{{missing[0]}}} is not given; given: {sorted(values)}")
    filled = _PLACEHOLDER.sub(lambda match: values[match[1]], text)
    try:
        return json.dumps(json.loads(filled), separators=(",", ":"))
    except json.JSONDecodeError as error:
        raise InvalidWorkflow(f"{path.name}: not JSON: {error}") from error


def _run(capability_arns: Sequence[str]) -> Grant:
    return Grant(
        statements=[
            Statement(sid="AskCapabilities", actions=["lambda:InvokeFunction"], resources=list(capability_arns)),
            Statement(sid="DeliverLogs", actions=LOG_DELIVERY, resources=["*"]),
            send_traces(),
        ]
    )


def _fallback_metric(machine_name: str) -> str:
    return f"Fallbacks-{machine_name}"


def _alarms(thing: str, arn: str, namespace: str, machine_name: str) -> list[Alarm]:
    def failure(suffix: str, metric: str, meaning: str) -> Alarm:
        return Alarm(
            thing=f"{thing}-{suffix}",
            meaning=meaning,
            namespace="AWS/States",
            metric=metric,
            dimensions={"StateMachineArn": arn},
            statistic="Sum",
            threshold=0,
        )

    return [
        failure("failures", "ExecutionsFailed", f"{machine_name} failed and could not even put its event aside."),
        failure("timeouts", "ExecutionsTimedOut", f"{machine_name} ran out of time."),
        failure("throttles", "ExecutionThrottled", f"{machine_name} is throttled."),
        Alarm(
            thing=f"{thing}-fallbacks",
            meaning=f"{machine_name} answers with fallbacks: a capability that it asks is down.",
            namespace=namespace,
            metric=_fallback_metric(machine_name),
            dimensions={},
            statistic="Sum",
            threshold=0,
        ),
    ]
