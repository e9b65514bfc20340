"""The dead-letter queue of the bus: events that EventBridge took and can no longer encrypt or decrypt."""

from collections.abc import Mapping

import pulumi
from pulumi_aws import kms, sqs

from pbckit.infra.alarms import Alarm
from pbckit.infra.context import child_of
from pbckit.infra.environment import EnvironmentConfig
from pbckit.infra.iam import Statement, document
from pbckit.infra.key_policy import key_policy
from pbckit.infra.monitoring import make_alarm
from pbckit.infra.names import Names
from pbckit.infra.queue import DAY_SECONDS, DEAD_LETTER_RETENTION_DAYS, NO_REDRIVE, as_sqs_returns

_THING = "bus-dlq"


class BusDeadLetters(pulumi.ComponentResource):
    """Queue with a key of its own, open to EventBridge alone. Any message raises an alarm.

    It is filled when the bus's key is disabled, deleted or closed to EventBridge (EventBridge User Guide, "Using
    dead-letter queues to capture encrypted event errors"), so the same key could not protect it.
    """

    arn: str
    ready: list[pulumi.Resource]
    """What the bus must wait for."""

    def __init__(
        self,
        name: str,
        config: EnvironmentConfig,
        names: Names,
        tags: Mapping[str, str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("pbckit:infra:BusDeadLetters", name, None, opts)
        physical_name = names.physical(_THING, limit=80)
        self.arn = names.queue(physical_name)
        key = kms.Key(
            f"{name}-key",
            description=f"Events that could not pass the bus in {config.environment}",
            enable_key_rotation=True,
            policy=key_policy(names, more=[_from_event_bridge(names, "kms:Decrypt", "kms:GenerateDataKey", on="*")]),
            tags=tags,
            opts=child_of(self, protect=config.protected),
        )
        kms.Alias(
            f"{name}-key-alias", name=names.key_alias(f"{_THING}-key"), target_key_id=key.key_id, opts=child_of(self)
        )
        queue = sqs.Queue(
            f"{name}-queue",
            name=physical_name,
            message_retention_seconds=DEAD_LETTER_RETENTION_DAYS * DAY_SECONDS,
            kms_master_key_id=key.arn,
            redrive_allow_policy=as_sqs_returns(NO_REDRIVE),
            tags=tags,
            opts=child_of(self),
        )
        policy = sqs.QueuePolicy(
            f"{name}-queue-policy",
            queue_url=queue.url,
            policy=document([_from_event_bridge(names, "sqs:SendMessage", on=self.arn)]),
            opts=child_of(self),
        )
        make_alarm(self, config, names, tags, _any_message(physical_name))
        self.ready = [queue, policy]
        self.register_outputs({"arn": self.arn})


def _from_event_bridge(names: Names, *actions: str, on: str) -> Statement:
    """AWS documents no source ARN for what a bus sends to its own queue, so the account is what is checked."""
    return Statement(
        sid="KeepUndelivered",
        principal={"Service": "events.amazonaws.com"},
        actions=actions,
        resources=[on],
        condition={"StringEquals": {"aws:SourceAccount": names.account}},
    )


def _any_message(queue_name: str) -> Alarm:
    return Alarm(
        thing=f"{_THING}-messages",
        kind="bus-dead-letters",
        severity="page",
        meaning=f"{queue_name} holds events that EventBridge could not encrypt or decrypt: look at the key of the bus.",
        namespace="AWS/SQS",
        metric="ApproximateNumberOfMessagesVisible",
        dimensions={"QueueName": queue_name},
        statistic="Maximum",
        threshold=0,
    )
