"""Events of the bus on their way into a unit: a rule, and the queue it feeds."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_aws import cloudwatch

from pbckit.contracts.definitions import Event
from pbckit.errors import PbckitError
from pbckit.infra.context import UnitContext, child_of
from pbckit.infra.inventory import QueueEntry
from pbckit.infra.queue import Queue, QueueArgs

_TARGET_MAXIMUM_AGE_SECONDS = 24 * 60 * 60
_TARGET_MAXIMUM_RETRIES = 185
_VISIBILITY_FACTOR = 6
"""AWS asks for a visibility timeout of six times the consumer's timeout."""


class InvalidSubscription(PbckitError, pulumi.RunError):
    """A subscription that cannot be made as asked."""


@dataclass(frozen=True, kw_only=True)
class InboundArgs:
    """Which events of one source, and how long their consumer may take."""

    context: UnitContext
    thing: str
    events: Sequence[type[Event]]
    consumer_timeout_seconds: int


class Inbound(pulumi.ComponentResource):
    """Rule (source and detail type) → queue with dead-letter queue. What EventBridge cannot deliver goes there too."""

    queue: Queue

    def __init__(self, name: str, args: InboundArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pbckit:infra:Inbound", name, None, opts)
        context, names = args.context, args.context.names
        rule_name = names.physical(args.thing)
        self.queue = Queue(
            f"{name}-queue",
            QueueArgs(
                context=context,
                thing=f"{args.thing}-queue",
                rule_arns=[names.rule(rule_name)],
                visibility_timeout_seconds=_VISIBILITY_FACTOR * args.consumer_timeout_seconds,
            ),
            opts=child_of(self),
        )
        rule = cloudwatch.EventRule(
            f"{name}-rule",
            name=rule_name,
            event_bus_name=names.bus_name(),
            event_pattern=event_pattern(args.events),
            tags=context.tags,
            opts=child_of(self, depends_on=context.platform),
        )
        cloudwatch.EventTarget(
            f"{name}-target",
            rule=rule.name,  # an output: AWS keeps a rule from being deleted before its targets
            event_bus_name=names.bus_name(),
            target_id="queue",
            arn=self.queue.arn,
            retry_policy=cloudwatch.EventTargetRetryPolicyArgs(
                maximum_event_age_in_seconds=_TARGET_MAXIMUM_AGE_SECONDS,
                maximum_retry_attempts=_TARGET_MAXIMUM_RETRIES,
            ),
            dead_letter_config=cloudwatch.EventTargetDeadLetterConfigArgs(arn=self.queue.dead_letters.arn),
            opts=child_of(self, depends_on=[rule, self.queue]),
        )
        context.inventory.queues.append(
            QueueEntry(
                thing=f"{args.thing}-queue",
                arn=self.queue.arn,
                url=self.queue.url,
                rule_arn=names.rule(rule_name),
                source=args.events[0].source,
            )
        )
        self.register_outputs({"queue_arn": self.queue.arn})


def event_pattern(events: Sequence[type[Event]]) -> str:
    """The EventBridge pattern for these events.

    Raises:
        InvalidSubscription: there are none, or they come from several sources (a rule would then mix them up).
    """
    sources = {event.source for event in events}
    if len(sources) != 1:
        raise InvalidSubscription(f"a subscription takes events of one source, not of {sorted(sources) or 'none'}")
    return json.dumps({"source": sorted(sources), "detail-type": sorted(event.detail_type() for event in events)})
