"""The transactional outbox of a unit: committed with the state, relayed to the bus, then removed."""

import json
from dataclasses import dataclass

import pulumi
from pulumi_aws import dynamodb, lambda_

from pbckit.infra.alarms import Alarm
from pbckit.infra.concurrency import STREAM_SHARDS, Demand
from pbckit.infra.context import UnitContext, child_of
from pbckit.infra.function import Function, FunctionArgs
from pbckit.infra.iam import KEY_READ, KEY_WRITE, Grant, Statement, put_events, use_key
from pbckit.infra.inventory import OutboxEntry
from pbckit.infra.monitoring import make_alarms
from pbckit.infra.queue import DeadLetterQueue
from pbckit.infra.schedule import make_schedule
from pbckit.infra.store import TIME_TO_LIVE

EVENT_KEY = "event_id"
PENDING_INDEX = "pending"
"""Sparse index of former releases. All of its items are in one partition, which takes 1,000 write units a second."""

_HOUR_SECONDS = 60 * 60
_PENDING_MINUTES = 5
_OLD_STREAM_MILLISECONDS = 5 * 60 * 1000
_OLD_PENDING_SECONDS = 15 * 60
_RELAY_TIMEOUT_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class OutboxArgs:
    """Whose outbox it is."""

    context: UnitContext


class Outbox(pulumi.ComponentResource):
    """A table of its own, so that the relay cannot read business state; its stream feeds the relay, which publishes to
    the bus and then removes each event. A sweeper publishes what stayed pending: it reads the table, which holds
    nothing else.
    """

    physical_name: str
    table: dynamodb.Table
    relay: Function
    sweeper: Function

    def __init__(self, name: str, args: OutboxArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pbckit:infra:Outbox", name, None, opts)
        context = args.context
        self._names = context.names
        self._index = PENDING_INDEX if context.config.outbox_index == "kept" else None
        self.physical_name = context.names.physical("outbox")
        self.table = _table(self, name, context, self.physical_name)
        self.failures = DeadLetterQueue(f"{name}-relay-dlq", context, "relay-dlq", opts=child_of(self))
        environment = {"BUS_NAME": context.names.bus_name(), "PENDING_MINUTES": str(_PENDING_MINUTES)}
        self.relay = Function(
            f"{name}-relay",
            FunctionArgs(
                context=context,
                thing="relay",
                handler="pbckit.runtime.relay.handler",
                grants=[self._dispatch(), self._read_stream(), self.failures.send()],
                environment=environment,
                timeout_seconds=_RELAY_TIMEOUT_SECONDS,
            ),
            opts=child_of(self),
        )
        self.sweeper = Function(
            f"{name}-sweeper",
            FunctionArgs(
                context=context,
                thing="sweeper",
                handler="pbckit.runtime.sweeper.handler",
                grants=[self._dispatch(), self._read_pending()],
                environment=environment,
                timeout_seconds=_RELAY_TIMEOUT_SECONDS,
            ),
            opts=child_of(self),
        )
        self._feed_relay(name, context)
        make_schedule(
            self,
            f"{name}-sweeper-schedule",
            context,
            thing="sweeper",
            function=self.sweeper,
            every_minutes=_PENDING_MINUTES,
        )
        context.inventory.outbox = OutboxEntry(grant=self._read_pending(), sweeper_arn=self.sweeper.arn)
        make_alarms(
            self, context, _alarms(self.relay.physical_name, context.config.metric_namespace, context.names.unit)
        )
        self.register_outputs({"physical_name": self.physical_name})

    def append(self) -> Grant:
        """Commit events with the state. The writer cannot read or change what lies there."""
        return Grant(
            statements=[
                Statement(
                    sid="AppendToOutbox",
                    actions=["dynamodb:PutItem"],
                    resources=[self._names.table(self.physical_name)],
                ),
                use_key(self._names, KEY_WRITE),
            ],
            environment={"OUTBOX_TABLE": self.physical_name},
        )

    def _dispatch(self) -> Grant:
        return Grant(
            statements=[
                Statement(
                    sid="RemoveDispatched",
                    actions=["dynamodb:DeleteItem"],
                    resources=[self._names.table(self.physical_name)],
                ),
                put_events(self._names, [self._names.unit]),
                use_key(self._names, KEY_WRITE),
            ],
            environment={"OUTBOX_TABLE": self.physical_name},
        )

    def _read_stream(self) -> Grant:
        # The stream's name holds the time of its creation, which nobody knows at preview; the table has only one.
        stream = f"{self._names.table(self.physical_name)}/stream/*"
        return Grant(
            statements=[
                Statement(
                    sid="ReadOutboxStream",
                    actions=[
                        "dynamodb:DescribeStream",
                        "dynamodb:GetRecords",
                        "dynamodb:GetShardIterator",
                        "dynamodb:ListStreams",
                    ],
                    resources=[stream],
                ),
                use_key(self._names, KEY_READ),
            ]
        )

    def _read_pending(self) -> Grant:
        table = self._names.table(self.physical_name)
        action, read = ("Query", f"{table}/index/{self._index}") if self._index else ("Scan", table)
        return Grant(
            statements=[
                Statement(sid="ReadPending", actions=[f"dynamodb:{action}"], resources=[read]),
                use_key(self._names, KEY_READ),
            ],
            environment={
                "OUTBOX_TABLE": self.physical_name,
                **({"OUTBOX_INDEX": self._index} if self._index else {}),
            },
        )

    def _feed_relay(self, name: str, context: UnitContext) -> None:
        context.demands.append(Demand(unit=context.names.unit, kind="relays", executions=STREAM_SHARDS))
        lambda_.EventSourceMapping(
            f"{name}-stream",
            event_source_arn=self.table.stream_arn,
            function_name=self.relay.arn,
            starting_position="TRIM_HORIZON",
            batch_size=100,
            bisect_batch_on_function_error=True,
            # Both are bounded well below the stream's 24 hours: one poison record must not block a shard for a day.
            maximum_retry_attempts=20,
            maximum_record_age_in_seconds=6 * _HOUR_SECONDS,
            function_response_types=["ReportBatchItemFailures"],
            filter_criteria=lambda_.EventSourceMappingFilterCriteriaArgs(
                filters=[
                    lambda_.EventSourceMappingFilterCriteriaFilterArgs(pattern=json.dumps({"eventName": ["INSERT"]}))
                ]
            ),
            destination_config=lambda_.EventSourceMappingDestinationConfigArgs(
                on_failure=lambda_.EventSourceMappingDestinationConfigOnFailureArgs(destination_arn=self.failures.arn)
            ),
            # Lambda refuses a second mapping of a stream to a function.
            opts=child_of(self, depends_on=[self.relay.alias, self.failures.queue], delete_before_replace=True),
        )


def _table(parent: Outbox, name: str, context: UnitContext, physical_name: str) -> dynamodb.Table:
    indexed = context.config.outbox_index == "kept"
    keys = (EVENT_KEY, PENDING_INDEX, "occurred_at") if indexed else (EVENT_KEY,)
    return dynamodb.Table(
        f"{name}-table",
        name=physical_name,
        billing_mode="PAY_PER_REQUEST",
        hash_key=EVENT_KEY,
        attributes=[dynamodb.TableAttributeArgs(name=key, type="S") for key in keys],
        global_secondary_indexes=[_pending_index()] if indexed else None,
        stream_enabled=True,
        stream_view_type="NEW_IMAGE",
        # Events that former releases marked as published expire.
        ttl=dynamodb.TableTtlArgs(attribute_name=TIME_TO_LIVE, enabled=True),
        point_in_time_recovery=dynamodb.TablePointInTimeRecoveryArgs(enabled=True),
        server_side_encryption=dynamodb.TableServerSideEncryptionArgs(enabled=True, kms_key_arn=context.key.arn),
        deletion_protection_enabled=context.config.deletion_protection,
        tags=context.tags,
        opts=child_of(parent, protect=context.config.protected),
    )


def _pending_index() -> dynamodb.TableGlobalSecondaryIndexArgs:
    return dynamodb.TableGlobalSecondaryIndexArgs(
        name=PENDING_INDEX,
        key_schemas=[
            dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(attribute_name=PENDING_INDEX, key_type="HASH"),
            dynamodb.TableGlobalSecondaryIndexKeySchemaArgs(attribute_name="occurred_at", key_type="RANGE"),
        ],
        projection_type="ALL",
    )


def _alarms(relay_name: str, namespace: str, unit: str) -> list[Alarm]:
    return [
        Alarm(
            thing="outbox-stream-age",
            kind="outbox-behind",
            severity="page",
            meaning=f"{relay_name} is behind its stream: events are committed but not published.",
            namespace="AWS/Lambda",
            metric="IteratorAge",
            dimensions={"FunctionName": relay_name},
            statistic="Maximum",
            threshold=_OLD_STREAM_MILLISECONDS,
        ),
        Alarm(
            thing="outbox-pending-age",
            kind="outbox-behind",
            severity="page",
            meaning=f"The oldest event of {unit} that is not yet on the bus is too old.",
            namespace=namespace,
            metric="OldestPendingAge",
            dimensions={"service": unit},
            statistic="Maximum",
            threshold=_OLD_PENDING_SECONDS,
            period_seconds=5 * 60,
        ),
    ]
