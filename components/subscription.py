"""A subscription: the unit consumes events of the bus at its own pace."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch, lambda_

from components.context import UnitContext, child_of
from components.function import Function, FunctionArgs
from components.iam import Grant
from components.queue import Queue, QueueArgs
from contracts.definitions import Event

INBOX_DAYS = 30
"""How long a consumer remembers an event: longer than queue and dead-letter queue keep it, together."""

_CONSUMER_TIMEOUT_SECONDS = 30
_VISIBILITY_FACTOR = 6
"""AWS asks for a visibility timeout of six times the function's."""
_TARGET_MAXIMUM_AGE_SECONDS = 24 * 60 * 60
_TARGET_MAXIMUM_RETRIES = 185


class InvalidSubscription(ValueError):
    """A subscription that cannot be made as asked."""


@dataclass(frozen=True, kw_only=True)
class SubscriptionArgs:
    """Which events of one source, and what handles them."""

    context: UnitContext
    thing: str
    events: Sequence[type[Event]]
    handler: str
    grants: Sequence[Grant]
    maximum_concurrency: int = 10


class Subscription(pulumi.ComponentResource):
    """Rule (source and detail type) → queue with dead-letter queue → function, a batch at a time, with a ceiling on
    concurrency. A failing event is retried alone; what cannot be handled goes aside with its reason.
    """

    queue: Queue
    function: Function

    def __init__(self, name: str, args: SubscriptionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("rewards:components:Subscription", name, None, opts)
        context, names = args.context, args.context.names
        rule_name = names.physical(args.thing)
        self.queue = Queue(
            f"{name}-inbound",
            QueueArgs(
                context=context,
                thing=f"{args.thing}-queue",
                rule_arns=[names.rule(rule_name)],
                visibility_timeout_seconds=_VISIBILITY_FACTOR * _CONSUMER_TIMEOUT_SECONDS,
            ),
            opts=child_of(self),
        )
        self._route(name, args, rule_name)
        self.function = Function(
            f"{name}-consumer",
            FunctionArgs(
                context=context,
                thing=args.thing,
                handler=args.handler,
                grants=[*args.grants, self.queue.consume(), self.queue.dead_letters.send()],
                environment={"INBOX_DAYS": str(INBOX_DAYS)},
                timeout_seconds=_CONSUMER_TIMEOUT_SECONDS,
            ),
            opts=child_of(self),
        )
        lambda_.EventSourceMapping(
            f"{name}-mapping",
            event_source_arn=self.queue.arn,
            function_name=self.function.arn,
            batch_size=10,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config=lambda_.EventSourceMappingScalingConfigArgs(maximum_concurrency=args.maximum_concurrency),
            opts=child_of(self, depends_on=[self.queue.queue, self.function.alias]),
        )
        self.register_outputs({"queue_arn": self.queue.arn})

    def _route(self, name: str, args: SubscriptionArgs, rule_name: str) -> None:
        names = args.context.names
        rule = cloudwatch.EventRule(
            f"{name}-rule",
            name=rule_name,
            event_bus_name=names.bus_name(),
            event_pattern=event_pattern(args.events),
            tags=args.context.tags,
            opts=child_of(self, depends_on=args.context.platform),
        )
        cloudwatch.EventTarget(
            f"{name}-target",
            rule=rule_name,
            event_bus_name=names.bus_name(),
            target_id="queue",
            arn=self.queue.arn,
            retry_policy=bounded_retry(),
            dead_letter_config=cloudwatch.EventTargetDeadLetterConfigArgs(arn=self.queue.dead_letters.arn),
            opts=child_of(self, depends_on=[rule, self.queue]),
        )


def event_pattern(events: Sequence[type[Event]]) -> str:
    """The EventBridge pattern for these events.

    Raises:
        InvalidSubscription: there are none, or they come from several sources (a rule would then mix them up).
    """
    sources = {event.source for event in events}
    if len(sources) != 1:
        raise InvalidSubscription(f"a subscription takes events of one source, not of {sorted(sources) or 'none'}")
    return json.dumps({"source": sorted(sources), "detail-type": sorted(event.detail_type() for event in events)})


def bounded_retry() -> cloudwatch.EventTargetRetryPolicyArgs:
    """How long EventBridge tries to deliver before the event goes to the dead-letter queue."""
    return cloudwatch.EventTargetRetryPolicyArgs(
        maximum_event_age_in_seconds=_TARGET_MAXIMUM_AGE_SECONDS, maximum_retry_attempts=_TARGET_MAXIMUM_RETRIES
    )
