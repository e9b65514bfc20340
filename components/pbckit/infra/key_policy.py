"""Key policies: who administers a KMS key, who uses it, and which AWS service uses it for whom.

A service that encrypts a resource with a customer managed key makes some of its KMS requests with the credentials of
whoever creates or changes the resource. Such a caller is let in here only through that service (`kms:ViaService`), from
this account (`kms:CallerAccount`), and for the unit's own resources (the encryption context that the service sets):
nobody can decrypt anything with it directly. The caller also needs these rights by an identity policy.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pbckit.infra.iam import KEY_WRITE, Statement, document
from pbckit.infra.names import Names

USE_FOR_CALLERS = (
    "kms:Decrypt",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
)
"""Cryptographic operations that carry an encryption context."""

_ADMINISTER_KEY = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListAliases",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
_ANY_KEY = ("*",)
"""In a key policy this is the key itself."""


@dataclass(frozen=True, kw_only=True)
class CallerService:
    """An AWS service that uses a key with the credentials of its caller."""

    service: str
    """Name in its endpoint, for example `dynamodb`."""
    sid: str
    actions: Sequence[str]
    """Operations that carry the encryption context. `kms:DescribeKey` does not: the account has it anyway."""
    context: str
    """Key of the encryption context that the service sets."""
    value: str
    """Pattern of the value: the resources that the key is used for."""
    grants: bool = False
    """True where the service makes a grant for itself, with the caller's credentials."""


def via_service(service: str, names: Names) -> str:
    """A service in the region of the key, as the condition key `kms:ViaService` names it."""
    return f"{service}.{names.region}.amazonaws.com"


def tables_of(names: Names) -> CallerService:
    """DynamoDB, for the unit's tables.

    "DynamoDB gets permission to use the KMS key on behalf of the principal who makes the selection" of the key; it
    needs `Encrypt`, `Decrypt`, `ReEncrypt*`, `GenerateDataKey*`, `DescribeKey` and `CreateGrant` (DynamoDB Developer
    Guide, encryption at rest, usage notes, "Key policy for a customer managed key", and "DynamoDB encryption context").
    """
    return CallerService(
        service="dynamodb",
        sid="UseThroughTables",
        actions=USE_FOR_CALLERS,
        context="aws:dynamodb:tableName",
        value=f"{names.prefix}*",
        grants=True,
    )


def bus_of(names: Names) -> CallerService:
    """EventBridge, for the platform's bus.

    Who creates or updates the bus needs `GenerateDataKeyWithoutPlaintext`, `Decrypt`, `Encrypt`, `ReEncryptFrom`,
    `ReEncryptTo` and `DescribeKey`; who reads or changes rules and targets on it needs `Decrypt` (EventBridge User
    Guide, "Encrypting EventBridge event buses with AWS KMS keys", "KMS key permissions for event bus actions"). The
    guide does not say what EventBridge asks of whoever creates an archive of the bus with a key of its own; that key
    allows the same.
    """
    return CallerService(
        service="events",
        sid="UseThroughBus",
        actions=[action for action in USE_FOR_CALLERS if action != "kms:GenerateDataKey"],
        context="aws:events:event-bus:arn",
        value=names.bus(),
    )


def key_policy(names: Names, services: Sequence[CallerService] = (), more: Sequence[Statement] = ()) -> str:
    """The policy of a unit's key: the account administers it without using it, the unit's roles use it.

    Who administers can read nothing with it.

    Args:
        names: the unit's names.
        services: AWS services that use the key for whoever deploys.
        more: who else uses it.
    """
    account = {"AWS": names.root()}
    own = f"{names.prefix}*"
    return document(
        [
            Statement(sid="Administer", principal=account, actions=_ADMINISTER_KEY, resources=_ANY_KEY),
            *(statement for service in services for statement in _for_callers(names, service)),
            Statement(
                sid="UseByOwnRoles",
                principal=account,
                actions=KEY_WRITE,
                resources=_ANY_KEY,
                condition={"ArnLike": {"aws:PrincipalArn": names.role(own)}},
            ),
            _encrypt_logs(names),
            Statement(
                sid="DeliverToOwnQueues",
                principal={"Service": "events.amazonaws.com"},
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=_ANY_KEY,
                condition={"ArnLike": {"aws:SourceArn": names.rule(own)}},
            ),
            *more,
        ]
    )


def keep_events(names: Names, sid: str) -> list[Statement]:
    """EventBridge keeps what is on the bus, in the bus or in its archive, encrypted with this key.

    `DescribeKey` has no encryption context, and archives send no `aws:SourceArn`: neither can be a condition
    (EventBridge User Guide, "Encrypting EventBridge event buses with AWS KMS keys" and "Encrypting EventBridge archives
    with AWS KMS keys", the example key policies).
    """
    service = {"Service": "events.amazonaws.com"}
    return [
        Statement(sid=f"SeeKeyTo{sid}", principal=service, actions=["kms:DescribeKey"], resources=_ANY_KEY),
        Statement(
            sid=sid,
            principal=service,
            actions=["kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"],
            resources=_ANY_KEY,
            condition={"StringEquals": {"kms:EncryptionContext:aws:events:event-bus:arn": names.bus()}},
        ),
    ]


def _for_callers(names: Names, service: CallerService) -> list[Statement]:
    account = {"AWS": names.root()}
    through = {"kms:CallerAccount": names.account, "kms:ViaService": via_service(service.service, names)}
    context = {f"kms:EncryptionContext:{service.context}": service.value}
    use = Statement(
        sid=service.sid,
        principal=account,
        actions=service.actions,
        resources=_ANY_KEY,
        condition={"StringEquals": through, "StringLike": context},
    )
    grant = Statement(
        sid=f"Grant{service.sid.removeprefix('Use')}",
        principal=account,
        actions=["kms:CreateGrant"],
        resources=_ANY_KEY,
        condition={"StringEquals": through, "Bool": {"kms:GrantIsForAWSResource": "true"}},
    )
    return [use, grant] if service.grants else [use]


def _encrypt_logs(names: Names) -> Statement:
    """CloudWatch Logs encrypts the unit's log groups under its own name (CloudWatch Logs User Guide, "Encrypt log data
    in CloudWatch Logs using AWS Key Management Service", step 2).
    """
    own = f"{names.prefix}*"
    return Statement(
        sid="EncryptOwnLogs",
        principal={"Service": f"logs.{names.region}.amazonaws.com"},
        actions=[*KEY_WRITE, "kms:GenerateDataKeyWithoutPlaintext"],
        resources=_ANY_KEY,
        condition={
            "ArnLike": {
                "kms:EncryptionContext:aws:logs:arn": [
                    names.arn("logs", f"log-group:/aws/lambda/{own}"),
                    names.arn("logs", f"log-group:/aws/vendedlogs/states/{own}"),
                ]
            }
        },
    )
