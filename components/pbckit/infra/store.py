"""A DynamoDB table that belongs to one unit."""

from dataclasses import dataclass

import pulumi
from pulumi_aws import dynamodb

from pbckit.infra.context import UnitContext, child_of
from pbckit.infra.iam import KEY_READ, KEY_WRITE, Grant, Statement, use_key

PARTITION_KEY = "pk"
SORT_KEY = "sk"
TIME_TO_LIVE = "expires_at"
"""Attribute with the time (epoch seconds) from which on DynamoDB may delete an item."""


@dataclass(frozen=True, kw_only=True)
class StoreArgs:
    """What is stored."""

    context: UnitContext
    thing: str = "store"
    variable: str = "STORE_TABLE"
    """Environment variable that tells functions the table's name: another one for each store of a unit."""
    formerly: str | None = None
    """The thing as which the table was made. It keeps that physical name: AWS renames no table."""


class Store(pulumi.ComponentResource):
    """State of a unit, with its inbox markers: on demand, point-in-time recovery, encrypted with the unit's key,
    deletion protection by environment and `protect` in prod.
    """

    physical_name: str
    table: dynamodb.Table

    def __init__(self, name: str, args: StoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("pbckit:infra:Store", name, None, opts)
        context = args.context
        self._names, self._variable = context.names, args.variable
        self.physical_name = context.names.physical(args.formerly or args.thing)
        self.table = dynamodb.Table(
            f"{name}-table",
            name=self.physical_name,
            billing_mode="PAY_PER_REQUEST",
            hash_key=PARTITION_KEY,
            range_key=SORT_KEY,
            attributes=[
                dynamodb.TableAttributeArgs(name=PARTITION_KEY, type="S"),
                dynamodb.TableAttributeArgs(name=SORT_KEY, type="S"),
            ],
            ttl=dynamodb.TableTtlArgs(attribute_name=TIME_TO_LIVE, enabled=True),
            point_in_time_recovery=dynamodb.TablePointInTimeRecoveryArgs(enabled=True),
            server_side_encryption=dynamodb.TableServerSideEncryptionArgs(enabled=True, kms_key_arn=context.key.arn),
            deletion_protection_enabled=context.config.deletion_protection,
            tags=context.tags,
            opts=child_of(self, protect=context.config.protected),
        )
        self.register_outputs({"physical_name": self.physical_name})

    def read(self) -> Grant:
        """Read items by their key."""
        return self._grant("ReadStore", ["dynamodb:GetItem", "dynamodb:Query"], KEY_READ)

    def write(self) -> Grant:
        """Read items, and change them, in transactions or alone."""
        return self._grant(
            "WriteStore",
            [
                "dynamodb:ConditionCheckItem",
                "dynamodb:DeleteItem",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:UpdateItem",
            ],
            KEY_WRITE,
        )

    def _grant(self, sid: str, actions: list[str], key_actions: tuple[str, ...]) -> Grant:
        return Grant(
            statements=[
                Statement(sid=sid, actions=actions, resources=[self._names.table(self.physical_name)]),
                use_key(self._names, key_actions),
            ],
            environment={self._variable: self.physical_name},
        )
