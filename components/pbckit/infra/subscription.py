"""A subscription: the unit consumes events of the bus at its own pace."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from pbckit.contracts.definitions import Event
from pbckit.contracts.operating import LATE_AFTER
from pbckit.infra.alarms import Alarm
from pbckit.infra.context import UnitContext, child_of
from pbckit.infra.function import MEMORY_MB, Function, FunctionArgs
from pbckit.infra.iam import Grant
from pbckit.infra.inbound import Inbound, InboundArgs
from pbckit.infra.monitoring import make_alarms
from pbckit.infra.service_levels import ServiceLevel

INBOX_DAYS = 30
"""How long a consumer remembers an event: longer than queue and dead-letter queue keep it, together."""

_TIMEOUT_SECONDS = 30
_LONG_LAG_SECONDS = 15 * 60
_BATCH_SIZE = 10


@dataclass(frozen=True, kw_only=True)
class SubscriptionArgs:
    """Which events of one source, and what handles them."""

    context: UnitContext
    thing: str
    events: Sequence[type[Event]]
    handler: str
    grants: Sequence[Grant]
    levels: Sequence[ServiceLevel] = ()
    memory_mb: int = MEMORY_MB


class Subscription(pulumi.ComponentResource):
    """Inbound events → function, a batch at a time, with a ceiling on concurrency. A failing event is retried alone;
    what cannot be handled goes aside with its reason.
    """

    inbound: Inbound
    function: Function

    def __init__(self, name: str, args: SubscriptionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pbckit:infra:Subscription", name, None, opts)
        self.inbound = Inbound(
            f"{name}-inbound",
            InboundArgs(
                context=args.context,
                thing=args.thing,
                events=args.events,
                consumer_timeout_seconds=_TIMEOUT_SECONDS,
            ),
            opts=child_of(self),
        )
        queue = self.inbound.queue
        self.function = Function(
            f"{name}-consumer",
            FunctionArgs(
                context=args.context,
                thing=args.thing,
                handler=args.handler,
                grants=[*args.grants, queue.consume(), queue.dead_letters.send()],
                environment={"INBOX_DAYS": str(INBOX_DAYS), **_late_after(args.levels)},
                timeout_seconds=_TIMEOUT_SECONDS,
                memory_mb=args.memory_mb,
            ),
            opts=child_of(self),
        )
        queue.feed(
            f"{name}-mapping",
            self.function,
            batch_size=_BATCH_SIZE,
            maximum_concurrency=args.context.config.maximum_concurrency,
            opts=child_of(self),
        )
        namespace, unit = args.context.config.metric_namespace, args.context.names.unit
        levels = [alarm for level in args.levels for alarm in level.alarms(namespace, unit)]
        make_alarms(self, args.context, [*_alarms(namespace, unit), *levels])
        self.register_outputs({"queue_arn": queue.arn})


def _late_after(levels: Sequence[ServiceLevel]) -> dict[str, str]:
    seconds = {level.event.detail_type(): level.within_seconds for level in levels}
    return {LATE_AFTER: json.dumps(seconds)} if seconds else {}


def _alarms(namespace: str, unit: str) -> list[Alarm]:
    """Of all subscriptions of a unit together: they share the metrics."""
    return [
        Alarm(
            thing="delivery-lag",
            kind="delivery-lag",
            severity="page",
            meaning=f"Events reach {unit} too long after they were committed: a relay or this consumer is behind.",
            namespace=namespace,
            metric="DeliveryLag",
            dimensions={"service": unit},
            statistic="Maximum",
            threshold=_LONG_LAG_SECONDS,
            period_seconds=5 * 60,
        ),
        Alarm(
            thing="sequence-gaps",
            kind="sequence-gaps",
            meaning=f"{unit} saw an event of an aggregate without those before it. Its log names it; LateEvents counts "
            "those that came after all.",
            namespace=namespace,
            metric="SequenceGaps",
            dimensions={"service": unit},
            statistic="Sum",
            threshold=0,
            period_seconds=5 * 60,
        ),
    ]
