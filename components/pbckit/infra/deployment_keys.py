"""What a unit's pipeline may do with KMS keys: let services use them for the unit's resources, and nothing directly.

Each right to use a key mirrors a statement of a key policy, see `pbckit.infra.key_policy`: IAM asks both.
"""

from collections.abc import Iterable

from pbckit.infra.iam import Condition, Statement
from pbckit.infra.key_policy import USE_FOR_CALLERS, via_service
from pbckit.infra.names import Names

_LOOK_AT_KEY = (
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListResourceTags",
)
_USE_THROUGH_TABLES = ("kms:CreateGrant", *USE_FOR_CALLERS)


def key_rights(names: Names) -> Iterable[Statement]:
    """The unit's key is looked at, and used by DynamoDB for its tables; the bus's key by EventBridge for its rules."""
    through_tables = {"StringEquals": {"kms:ViaService": via_service("dynamodb", names)}}
    yield _own_key("SeeKey", _LOOK_AT_KEY, names)
    yield _own_key("UseKeyThroughTables", _USE_THROUGH_TABLES, names, through_tables)
    yield _key_of_bus(names)


def key_limit(names: Names) -> Iterable[Statement]:
    """The most that these rights can become, in fewer characters."""
    yield _own_key("OwnKey", [*_LOOK_AT_KEY, *_USE_THROUGH_TABLES], names)
    yield _key_of_bus(names)


def _own_key(sid: str, actions: Iterable[str], names: Names, more: Condition | None = None) -> Statement:
    by_alias: Condition = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": names.key_alias()}}
    return Statement(sid=sid, actions=list(actions), resources=_keys(names), condition={**by_alias, **(more or {})})


def _key_of_bus(names: Names) -> Statement:
    """`PutRule`, `PutTargets`, `DescribeRule` and `ListTargetsByRule` on a bus with a key need `kms:Decrypt` on it
    (EventBridge User Guide, "Encrypting EventBridge event buses with AWS KMS keys", "KMS key permissions for event bus
    actions"): the platform lends it.
    """
    context = {"kms:EncryptionContext:aws:events:event-bus:arn": names.bus()}
    through_bus = {"StringEquals": {"kms:ViaService": via_service("events", names), **context}}
    return Statement(sid="UseKeyOfBus", actions=["kms:Decrypt"], resources=_keys(names), condition=through_bus)


def _keys(names: Names) -> list[str]:
    """A key has no name of its own in its ARN: conditions choose."""
    return [names.arn("kms", "key/*")]
