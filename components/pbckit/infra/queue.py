"""An SQS queue with its dead-letter queue, open to one sender each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import lambda_, sqs

from pbckit.infra.alarms import Alarm
from pbckit.infra.concurrency import Demand, Kind
from pbckit.infra.context import UnitContext, child_of
from pbckit.infra.function import Function
from pbckit.infra.iam import KEY_WRITE, Grant, Statement, document, use_key
from pbckit.infra.inventory import DeadLetterEntry
from pbckit.infra.monitoring import make_alarms

DAY_SECONDS = 24 * 60 * 60
RETENTION_DAYS = 4
DEAD_LETTER_RETENTION_DAYS = 14
"""The most that SQS keeps."""
MAXIMUM_RECEIVES = 5
NO_REDRIVE = {"redrivePermission": "denyAll"}
"""No queue may name this one as its dead-letter queue."""
_OLD_AGE_SECONDS = 15 * 60


@dataclass(frozen=True, kw_only=True)
class QueueArgs:
    """A queue and who sends to it."""

    context: UnitContext
    thing: str
    rule_arns: Sequence[str]
    """EventBridge rules that may send to the queue and, what they cannot deliver, to its dead-letter queue."""
    visibility_timeout_seconds: int


class DeadLetterQueue(pulumi.ComponentResource):
    """Where goes what could not be handled, with its reason. Any message raises an alarm."""

    physical_name: str
    arn: str
    url: str
    queue: sqs.Queue

    def __init__(
        self,
        name: str,
        context: UnitContext,
        thing: str,
        rule_arns: Sequence[str] = (),
        redrive_from: Sequence[str] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pbckit:infra:DeadLetterQueue", name, None, opts)
        names = context.names
        self._names = names
        self.physical_name = names.physical(thing, limit=80)
        self.arn, self.url = names.queue(self.physical_name), names.queue_url(self.physical_name)
        self.queue = sqs.Queue(
            f"{name}-queue",
            name=self.physical_name,
            message_retention_seconds=DEAD_LETTER_RETENTION_DAYS * DAY_SECONDS,
            kms_master_key_id=context.key.arn,
            redrive_allow_policy=as_sqs_returns(
                {"redrivePermission": "byQueue", "sourceQueueArns": list(redrive_from)} if redrive_from else NO_REDRIVE
            ),
            tags=context.tags,
            opts=child_of(self),
        )
        make_queue_policy(self, name, self.queue, self.arn, rule_arns)
        make_alarms(self, context, [_any_message(thing, self.physical_name)])
        origin_arn = next(iter(redrive_from), None)
        context.inventory.dead_letters.append(
            DeadLetterEntry(thing=thing, arn=self.arn, url=self.url, origin_arn=origin_arn)
        )
        self.register_outputs({"arn": self.arn})

    def send(self) -> Grant:
        """Put a message aside, with its reason."""
        return Grant(
            statements=[
                Statement(sid="SendDeadLetters", actions=["sqs:SendMessage"], resources=[self.arn]),
                use_key(self._names, KEY_WRITE),
            ],
            environment={"DLQ_URL": self.url},
        )


class Queue(pulumi.ComponentResource):
    """A queue whose only senders are the named rules, with bounded redrive to a dead-letter queue of its own."""

    physical_name: str
    arn: str
    url: str
    queue: sqs.Queue
    dead_letters: DeadLetterQueue

    def __init__(self, name: str, args: QueueArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pbckit:infra:Queue", name, None, opts)
        context, names = args.context, args.context.names
        self._names, self._demands = names, context.demands
        self.physical_name = names.physical(args.thing, limit=80)
        self.arn, self.url = names.queue(self.physical_name), names.queue_url(self.physical_name)
        self.dead_letters = DeadLetterQueue(
            f"{name}-dlq",
            context,
            f"{args.thing}-dlq",
            rule_arns=args.rule_arns,
            redrive_from=[self.arn],
            opts=child_of(self),
        )
        self.queue = sqs.Queue(
            f"{name}-queue",
            name=self.physical_name,
            message_retention_seconds=RETENTION_DAYS * DAY_SECONDS,
            visibility_timeout_seconds=args.visibility_timeout_seconds,
            kms_master_key_id=context.key.arn,
            redrive_policy=as_sqs_returns(
                {"deadLetterTargetArn": self.dead_letters.arn, "maxReceiveCount": MAXIMUM_RECEIVES}
            ),
            tags=context.tags,
            opts=child_of(self, depends_on=[self.dead_letters.queue]),
        )
        make_queue_policy(self, name, self.queue, self.arn, args.rule_arns)
        make_alarms(self, context, [_old_message(args.thing, self.physical_name)])
        self.register_outputs({"arn": self.arn})

    def consume(self) -> Grant:
        """Receive messages and delete them when they are done."""
        return Grant(
            statements=[
                Statement(
                    sid="ConsumeQueue",
                    actions=[
                        "sqs:ChangeMessageVisibility",
                        "sqs:DeleteMessage",
                        "sqs:GetQueueAttributes",
                        "sqs:ReceiveMessage",
                    ],
                    resources=[self.arn],
                ),
                use_key(self._names, KEY_WRITE),
            ],
            environment={"MAXIMUM_RECEIVES": str(MAXIMUM_RECEIVES), "QUEUE_URL": self.url},
        )

    def feed(
        self,
        name: str,
        function: Function,
        *,
        batch_size: int,
        maximum_concurrency: int,
        opts: pulumi.ResourceOptions,
        kind: Kind = "consumers",
        executions_each: int = 1,
    ) -> None:
        """Hand messages to a function, with a ceiling on concurrency; those that fail come again alone.

        Args:
            name: of the mapping among Pulumi's resources.
            function: what gets the messages.
            batch_size: messages that it gets at once.
            maximum_concurrency: how many of its executions run at once, at most.
            opts: of the mapping.
            kind: what takes the executions.
            executions_each: its own execution, and those of other functions that it waits for.
        """
        executions = maximum_concurrency * executions_each
        self._demands.append(Demand(unit=self._names.unit, kind=kind, executions=executions))
        lambda_.EventSourceMapping(
            name,
            event_source_arn=self.arn,
            function_name=function.arn,
            batch_size=batch_size,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=lambda_.EventSourceMappingScalingConfigArgs(maximum_concurrency=maximum_concurrency),
            # Lambda refuses a second mapping of a queue to a function.
            opts=pulumi.ResourceOptions.merge(
                opts, pulumi.ResourceOptions(depends_on=[self.queue, function.alias], delete_before_replace=True)
            ),
        )


def as_sqs_returns(policy: Mapping[str, object]) -> str:
    """A redrive policy as SQS gives it back, without white space: the provider takes any other text for a change."""
    return json.dumps(policy, separators=(",", ":"), sort_keys=True)


def make_queue_policy(
    parent: pulumi.Resource, name: str, queue: sqs.Queue, queue_arn: str, rule_arns: Sequence[str]
) -> None:
    """Admit the named rules and nobody else; nothing at all where there are none."""
    if not rule_arns:
        return
    statement = Statement(
        sid="OnlyFromItsRule",
        principal={"Service": "events.amazonaws.com"},
        actions=["sqs:SendMessage"],
        resources=[queue_arn],
        condition={"ArnEquals": {"aws:SourceArn": list(rule_arns)}},
    )
    sqs.QueuePolicy(f"{name}-policy", queue_url=queue.url, policy=document([statement]), opts=child_of(parent))


def _old_message(thing: str, queue_name: str) -> Alarm:
    return Alarm(
        thing=f"{thing}-age",
        kind="queue-age",
        severity="page",
        meaning=f"The oldest message in {queue_name} waits too long: its consumer is down or too slow.",
        namespace="AWS/SQS",
        metric="ApproximateAgeOfOldestMessage",
        dimensions={"QueueName": queue_name},
        statistic="Maximum",
        threshold=_OLD_AGE_SECONDS,
    )


def _any_message(thing: str, queue_name: str) -> Alarm:
    return Alarm(
        thing=f"{thing}-messages",
        kind="dead-letters",
        severity="page",
        meaning=f"{queue_name} holds messages that could not be handled. Read their reasons, mend, redrive.",
        namespace="AWS/SQS",
        metric="ApproximateNumberOfMessagesVisible",
        dimensions={"QueueName": queue_name},
        statistic="Maximum",
        threshold=0,
    )
