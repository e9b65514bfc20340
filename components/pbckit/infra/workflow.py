"""An Express workflow that starts on an event and says what happens when a step fails."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pulumi
from pulumi_aws import cloudwatch, sfn

from pbckit.contracts.definitions import Event
from pbckit.errors import PbckitError
from pbckit.infra.alarms import Alarm, Measure
from pbckit.infra.boundary import LOG_DELIVERY
from pbckit.infra.concurrency import calls_at_once
from pbckit.infra.context import UnitContext, child_of
from pbckit.infra.function import SMALL_MB, Function, FunctionArgs, make_role
from pbckit.infra.iam import TRACE_WORKFLOW, Grant, Statement, send_traces, trust, write_logs
from pbckit.infra.inbound import Inbound, InboundArgs
from pbckit.infra.monitoring import make_alarms
from pbckit.infra.names import Names

FALLBACK_SUFFIX = "fallback"
"""States whose name ends so are fallbacks; entering one is counted."""


_ENDINGS = {"failed": "ExecutionsFailed", "timed-out": "ExecutionsTimedOut", "throttled": "ExecutionThrottled"}
_STARTER_TIMEOUT_SECONDS = 270
"""Longer than any workflow: the definition's own timeout ends it first."""

_LARGEST_BATCH = 10
"""Messages of a queue that Lambda hands over at once, without a batching window (Lambda Developer Guide)."""
_FEWEST_AT_A_QUEUE = 2
"""The least `MaximumConcurrency` of an event source mapping (Lambda API Reference)."""

# Not string.Template: `$name` without braces is a JSONata variable.
_PLACEHOLDER = re.compile(r"\$\{([a-z_]+)\}")


class InvalidWorkflow(PbckitError, pulumi.RunError):
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
    executions_a_call: int = 1
    """Of the function that is called, and of those that it waits for."""


class Workflow(pulumi.ComponentResource):
    """Inbound events → starter → Express state machine, with logging and tracing.

    The starter runs the workflow once for each event and waits for its end: bursts wait in the queue, and an event
    leaves it only when its workflow ended well. What the workflow cannot do, it puts into the dead-letter queue itself,
    with the original event; the definition knows that queue as `dead_letter_queue_url`, and the ARN partition as
    `partition`.
    """

    physical_name: str
    arn: str
    inbound: Inbound

    def __init__(self, name: str, args: WorkflowArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pbckit:infra:Workflow", name, None, opts)
        context, names = args.context, args.context.names
        self.physical_name = names.physical(args.thing)
        self.arn = names.state_machine(self.physical_name)
        self.inbound = Inbound(
            f"{name}-inbound",
            InboundArgs(
                context=context,
                thing=args.thing,
                events=args.starts_on,
                consumer_timeout_seconds=_STARTER_TIMEOUT_SECONDS,
            ),
            opts=child_of(self),
        )
        log_group = cloudwatch.LogGroup(
            f"{name}-logs",
            name=_log_group_name(self.physical_name),
            retention_in_days=context.config.log_retention_days,
            kms_key_id=context.key.arn,
            tags=context.tags,
            opts=child_of(self),
        )
        machine = self._machine(name, args, log_group)
        self._start(name, args, machine)
        self._count_fallbacks(name, args, log_group)
        make_alarms(self, context, [_fallbacks_alarm(args.thing, context.config.metric_namespace, self.physical_name)])
        context.measures.extend(_endings(args.thing, self.arn))
        self.register_outputs({"arn": self.arn})

    def _machine(self, name: str, args: WorkflowArgs, log_group: cloudwatch.LogGroup) -> sfn.StateMachine:
        context, names = args.context, args.context.names
        dead_letters = self.inbound.queue.dead_letters
        role, policy = make_role(
            self,
            f"{name}-role",
            context,
            thing=args.thing,
            trust_policy=trust("states.amazonaws.com", names.account, self.arn),
            grants=[
                _run(args.capability_arns),
                _log_and_trace(names, _log_group_name(self.physical_name)),
                dead_letters.send(),
            ],
        )
        return sfn.StateMachine(
            f"{name}-machine",
            name=self.physical_name,
            type="EXPRESS",
            role_arn=names.role(names.physical(args.thing)),
            definition=definition(
                args.definition,
                {**args.values, "dead_letter_queue_url": dead_letters.url, "partition": names.partition},
            ),
            logging_configuration=sfn.StateMachineLoggingConfigurationArgs(
                level="ALL",
                # The log tells which way an execution went, not who bought what.
                include_execution_data=False,
                log_destination=log_group.arn.apply(lambda arn: f"{arn}:*"),
            ),
            tracing_configuration=sfn.StateMachineTracingConfigurationArgs(enabled=True),
            tags=context.tags,
            opts=child_of(self, depends_on=[log_group, role, policy, *context.platform]),
        )

    def _start(self, name: str, args: WorkflowArgs, machine: sfn.StateMachine) -> None:
        queue = self.inbound.queue
        starter = Function(
            f"{name}-starter",
            FunctionArgs(
                context=args.context,
                thing=f"{args.thing}-starter",
                handler="pbckit.runtime.starter.handler",
                grants=[
                    Grant(
                        statements=[
                            Statement(sid="RunWorkflow", actions=["states:StartSyncExecution"], resources=[self.arn])
                        ],
                        environment={"STATE_MACHINE": self.arn},
                    ),
                    queue.consume(),
                    queue.dead_letters.send(),
                ],
                timeout_seconds=_STARTER_TIMEOUT_SECONDS,
                memory_mb=SMALL_MB,
            ),
            opts=child_of(self, depends_on=[machine]),
        )
        starters, batch = side_by_side(args.context.config.maximum_concurrency)
        queue.feed(
            f"{name}-mapping",
            starter,
            batch_size=batch,
            maximum_concurrency=starters,
            opts=child_of(self),
            kind="workflows",
            executions_each=1 + batch * calls_at_once(args.definition.read_text()) * args.executions_a_call,
        )

    def _count_fallbacks(self, name: str, args: WorkflowArgs, log_group: cloudwatch.LogGroup) -> None:
        cloudwatch.LogMetricFilter(
            f"{name}-fallbacks",
            name=args.context.names.physical(f"{args.thing}-fallbacks"),
            log_group_name=log_group.name,
            pattern=f'{{ $.type = "PassStateEntered" && $.details.name = "*{FALLBACK_SUFFIX}" }}',
            metric_transformation=cloudwatch.LogMetricFilterMetricTransformationArgs(
                namespace=args.context.config.metric_namespace,
                name=_fallback_metric(self.physical_name),
                value="1",
                default_value="0",
            ),
            opts=child_of(self),
        )


def side_by_side(ceiling: int) -> tuple[int, int]:
    """How many starters run at once, and how many workflows each of them waits for: `ceiling` together.

    As few starters as divide it, since each is paid for while it waits; Lambda has at least two at a queue.
    """
    largest = min(_LARGEST_BATCH, ceiling // _FEWEST_AT_A_QUEUE)
    batch = next(size for size in range(largest, 0, -1) if ceiling % size == 0)
    return ceiling // batch, batch


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


def _log_group_name(machine_name: str) -> str:
    """Below this prefix the platform's log policy lets the account's log delivery write."""
    return f"/aws/vendedlogs/states/{machine_name}"


def _run(capability_arns: Sequence[str]) -> Grant:
    return Grant(
        statements=[
            Statement(sid="AskCapabilities", actions=["lambda:InvokeFunction"], resources=list(capability_arns)),
        ]
    )


def _log_and_trace(names: Names, log_group: str) -> Grant:
    """Deliver logs, and send traces.

    AWS's policy for logging also has `logs:CreateLogStream` and `logs:PutLogEvents`, here for the workflow's own log
    group only, and `logs:PutResourcePolicy`, for which the platform's log policy stands in (decision 37).
    """
    return Grant(
        statements=[
            Statement(sid="DeliverLogs", actions=LOG_DELIVERY, resources=["*"]),
            write_logs(names, log_group),
            send_traces(TRACE_WORKFLOW),
        ]
    )


def _fallback_metric(machine_name: str) -> str:
    return f"Fallbacks-{machine_name}"


def _fallbacks_alarm(thing: str, namespace: str, machine_name: str) -> Alarm:
    return Alarm(
        thing=f"{thing}-fallbacks",
        kind="workflow-fallbacks",
        meaning=f"{machine_name} answers with fallbacks: a capability that it asks is down.",
        namespace=namespace,
        metric=_fallback_metric(machine_name),
        dimensions={},
        statistic="Sum",
        threshold=0,
    )


def _endings(thing: str, arn: str) -> list[Measure]:
    """How executions end that do not end well. None of them has an alarm: the event of each is tried again, and what
    fails to the end is a dead letter, which has one.
    """
    return [
        Measure(
            thing=f"{thing}-{ending}",
            kind="workflow-endings",
            namespace="AWS/States",
            metric=metric,
            dimensions={"StateMachineArn": arn},
            statistic="Sum",
        )
        for ending, metric in _ENDINGS.items()
    ]
