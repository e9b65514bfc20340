"""The use of keys through services: leaks by conditions that are missing, broader or somebody else's, and the harmless
forms that AWS documents.
"""

from typing import Any

from tests.policies.leaks.changes import ACCOUNT, REGION, THIEF, VICTIM, Change, Stack, allow, arn, granted
from tests.policies.leaks.leak import Leak

_ACCOUNT = {"AWS": arn("iam", "root")}
_EVERYONE = {"AWS": "*"}
_DYNAMODB, _EVENTS, _SQS, _S3 = (f"{one}.{REGION}.amazonaws.com" for one in ("dynamodb", "events", "sqs", "s3"))
_USE = ("kms:Decrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom")
_TABLE_NAME = "kms:EncryptionContext:aws:dynamodb:tableName"
_QUEUE_ARN = "kms:EncryptionContext:aws:sqs:arn"
_BUS_ARN = "kms:EncryptionContext:aws:events:event-bus:arn"
_VICTIMS, _THIEFS = f"rewards-dev-{VICTIM}_*", f"rewards-dev-{THIEF}_*"
_BUS = arn("events", "event-bus/rewards-dev-platform_bus")
_DECLARED, _PUBLIC, _KEYS = "isolation-declared-policies", "boundary-nothing-public", "isolation-secrets-and-keys"
Conditions = dict[str, dict[str, Any]]


def _key_of(unit: str, principal: object, conditions: Conditions, actions: tuple[str, ...] = _USE) -> Change:
    """A statement added to the policy of a unit's key."""

    def change(stack: Stack) -> None:
        key = stack.find(":Key", description=f"Everything that {unit} stores in dev")
        statement = {**allow(*actions), "Principal": principal, **({"Condition": conditions} if conditions else {})}
        stack.edit(key, "policy", lambda body: body["Statement"].append(statement))

    return change


def _victims_key(conditions: Conditions, principal: object = _ACCOUNT, *actions: str) -> Change:
    return _key_of(VICTIM, principal, conditions, actions or _USE)


def _deploys(conditions: Conditions, *actions: str) -> Change:
    """A statement added to the rights and to the boundary of the role that deploys the thief."""

    def change(stack: Stack) -> None:
        name = f"rewards-dev-deploy_{THIEF}"
        statement = allow(*(actions or _USE), on=arn("kms", "key/*"), Condition=conditions)
        for token, key in ((":RolePolicy", "role"), (":Policy", "name")):
            stack.edit(stack.find(token, **{key: name}), "policy", lambda body: body["Statement"].append(statement))

    return change


def _allowed(conditions: Conditions) -> Change:
    return granted(allow(*_USE, on=arn("kms", "key/*"), Condition=conditions))


def _via(*services: str, **more: str) -> Conditions:
    return {"StringEquals": {"kms:ViaService": services[0] if len(services) == 1 else list(services), **more}}


def _for(key: str, *values: str) -> Conditions:
    return {"StringLike": {key: values[0] if len(values) == 1 else list(values)}}


_OWN_TABLES = _for(_TABLE_NAME, _VICTIMS)
_CALLER = {"kms:CallerAccount": ACCOUNT}

# fmt: off
KEY_LEAKS = (
    # The policy of the key: where it lets in the account, any role of it may be given the rest
    Leak(17, "a key for the account", _victims_key({}), _DECLARED),
    Leak(17, "a key through no service, for own tables", _victims_key(_OWN_TABLES), _DECLARED),
    Leak(17, "a key through no service, for own callers", _victims_key({"StringEquals": _CALLER, **_OWN_TABLES}), _DECLARED),
    Leak(17, "a key through a service whose callers choose the context", _victims_key({**_via(_S3), **_OWN_TABLES}), _DECLARED),
    Leak(17, "a key through another service than the context's", _victims_key({**_via(_SQS), **_OWN_TABLES}), _DECLARED),
    Leak(17, "a key through one service more than the context's", _victims_key({**_via(_DYNAMODB, _SQS), **_OWN_TABLES}), _DECLARED),
    Leak(17, "a key through any service", _victims_key({"StringLike": {"kms:ViaService": "*", _TABLE_NAME: _VICTIMS}}), _DECLARED),
    Leak(17, "a key through any service of the region", _victims_key({"StringLike": {"kms:ViaService": f"*.{REGION}.amazonaws.com", _TABLE_NAME: _VICTIMS}}), _DECLARED),
    Leak(17, "a key through all services that begin alike", _victims_key({"StringLike": {"kms:ViaService": f"dynamodb*.{REGION}.amazonaws.com", _TABLE_NAME: _VICTIMS}}), _DECLARED),
    Leak(17, "a key through a service, if there is one", _victims_key({"StringEqualsIfExists": {"kms:ViaService": _DYNAMODB}, **_OWN_TABLES}), _DECLARED),
    Leak(17, "a key through all of no services", _victims_key({"ForAllValues:StringEquals": {"kms:ViaService": _DYNAMODB}, **_OWN_TABLES}), _DECLARED),
    Leak(17, "a key through all services but one", _victims_key({"StringNotEquals": {"kms:ViaService": _S3}, **_OWN_TABLES}), _DECLARED),
    Leak(17, "a key through the service, for any table", _victims_key(_via(_DYNAMODB)), _DECLARED),
    Leak(17, "a key through the service, for any name of a table", _victims_key({**_via(_DYNAMODB), **_for(_TABLE_NAME, "*")}), _DECLARED),
    Leak(17, "a key through the service, for another unit's tables", _victims_key({**_via(_DYNAMODB), **_for(_TABLE_NAME, _THIEFS)}), _DECLARED),
    Leak(17, "a key through the service, for own tables and another's", _victims_key({**_via(_DYNAMODB), **_for(_TABLE_NAME, _VICTIMS, _THIEFS)}), _DECLARED),
    Leak(17, "a key through the service, for the own prefix without its end", _victims_key({**_via(_DYNAMODB), **_for(_TABLE_NAME, "rewards-dev-points-*")}), _DECLARED),
    Leak(17, "a key through the service, for own tables if a name exists", _victims_key({**_via(_DYNAMODB), "StringLikeIfExists": {_TABLE_NAME: _VICTIMS}}), _DECLARED),
    Leak(17, "a key through the service, for whatever the caller is tagged with", _victims_key({**_via(_DYNAMODB), **_for(_TABLE_NAME, "${aws:PrincipalTag/pbc}_*")}), _DECLARED),
    Leak(17, "a key through the service, for some context", _victims_key({**_via(_DYNAMODB), "ForAnyValue:StringEquals": {"kms:EncryptionContextKeys": "aws:dynamodb:tableName"}}), _DECLARED),
    Leak(17, "a key through queues of another unit", _victims_key({**_via(_SQS), **_for(_QUEUE_ARN, arn("sqs", _THIEFS))}), _DECLARED),
    Leak(17, "a key through queues of another account", _victims_key({**_via(_SQS), **_for(_QUEUE_ARN, arn("sqs", _VICTIMS).replace(ACCOUNT, "*"))}), _DECLARED),
    Leak(17, "a key through a bus of another unit", _victims_key({**_via(_EVENTS), **_for(_BUS_ARN, arn("events", f"event-bus/rewards-dev-{THIEF}_bus"))}), _DECLARED),
    Leak(17, "a key for everyone through the service", _victims_key({**_via(_DYNAMODB), **_OWN_TABLES}, _EVERYONE), _PUBLIC),
    Leak(17, "a key for another account through the service", _victims_key({**_via(_DYNAMODB, **{"kms:CallerAccount": "222222222222"}), **_OWN_TABLES}, _EVERYONE), _PUBLIC),
    Leak(17, "a key for the own account, if there is one, through the service", _victims_key({**_via(_DYNAMODB), "StringEqualsIfExists": _CALLER, **_OWN_TABLES}, _EVERYONE), _PUBLIC),
    Leak(17, "a key for the account, through the service or not", _victims_key({"StringEquals": _CALLER}, _EVERYONE), _DECLARED),
    Leak(17, "a key for another account's root, through the service", _victims_key({**_via(_DYNAMODB), **_OWN_TABLES}, {"AWS": "arn:aws:iam::222222222222:root"}), _PUBLIC),
    Leak(17, "grants on a key, for the account to make", _victims_key({}, _ACCOUNT, "kms:CreateGrant"), _DECLARED),
    Leak(17, "grants on a key, for services or not", _victims_key({"BoolIfExists": {"kms:GrantIsForAWSResource": "true"}}, _ACCOUNT, "kms:CreateGrant"), _DECLARED),
    Leak(17, "grants on a key, for whatever is not a service's", _victims_key({"Bool": {"kms:GrantIsForAWSResource": ["true", "false"]}}, _ACCOUNT, "kms:CreateGrant"), _DECLARED),
    Leak(17, "a service that keeps another unit's bus", _victims_key(_for(_BUS_ARN, arn("events", f"event-bus/rewards-dev-{THIEF}_*")), {"Service": "events.amazonaws.com"}), _DECLARED),
    Leak(17, "a service that keeps another account's bus", _victims_key(_for(_BUS_ARN, _BUS.replace(ACCOUNT, "222222222222")), {"Service": "events.amazonaws.com"}), _DECLARED),
    Leak(17, "a service by the context of another service", _victims_key(_for("kms:EncryptionContext:aws:logs:arn", arn("logs", f"log-group:/aws/lambda/{_VICTIMS}")), {"Service": "events.amazonaws.com"}), _DECLARED),
    # The identity: a role that may use whatever key admits it
    Leak(17, "a role that decrypts through the service", _allowed(_via(_DYNAMODB)), _KEYS),
    Leak(17, "a role that decrypts another unit's tables through the service", _allowed({**_via(_DYNAMODB), **_for(_TABLE_NAME, _VICTIMS)}), _KEYS),
    Leak(17, "a role that decrypts own tables through a service that lets it choose", _allowed({**_via(_S3), **_for(_TABLE_NAME, _THIEFS)}), _KEYS),
    Leak(17, "a pipeline that decrypts through no service", _deploys(_for(_BUS_ARN, _BUS)), _KEYS),
    Leak(17, "a pipeline that decrypts for any bus", _deploys(_via(_EVENTS)), _KEYS),
    Leak(17, "a pipeline that decrypts for another unit's tables", _deploys({**_via(_DYNAMODB), **_for(_TABLE_NAME, _VICTIMS)}), _KEYS),
    Leak(7, "a pipeline that makes grants on any key", _deploys({"Bool": {"kms:GrantIsForAWSResource": "true"}}, "kms:CreateGrant"), "isolation-policy-tampering"),
)

_BOTH = {"StringEquals": {"kms:ViaService": _DYNAMODB, **_CALLER}, **_OWN_TABLES}
KEY_USES: tuple[tuple[str, Change], ...] = (
    ("a key through the service, for own tables", _victims_key({**_via(_DYNAMODB), **_OWN_TABLES})),
    ("a key through the service, for own tables and own callers", _victims_key(_BOTH)),
    ("a key for everyone of the account through the service", _victims_key(_BOTH, _EVERYONE)),
    ("a key for everyone who is a principal of the account", _victims_key({**_via(_DYNAMODB, **{"aws:PrincipalAccount": ACCOUNT}), **_OWN_TABLES}, _EVERYONE)),
    ("a key through the service of any region", _victims_key({"StringLike": {"kms:ViaService": "dynamodb.*.amazonaws.com", _TABLE_NAME: _VICTIMS}})),
    ("a key through the service, for one own table", _victims_key({**_via(_DYNAMODB), **_for(_TABLE_NAME, f"rewards-dev-{VICTIM}_store")})),
    ("a key through two services, each for own things", _victims_key({**_via(_DYNAMODB, _SQS), "StringLike": {_TABLE_NAME: _VICTIMS, _QUEUE_ARN: arn("sqs", _VICTIMS)}})),
    ("a key through own queues", _victims_key({**_via(_SQS), **_for(_QUEUE_ARN, arn("sqs", _VICTIMS))})),
    ("a key through the bus that all share", _victims_key({**_via(_EVENTS), **_for(_BUS_ARN, _BUS)})),
    ("a key in other words", _victims_key({"stringequals": {"KMS:VIASERVICE": _DYNAMODB}, "stringlike": {_TABLE_NAME.lower(): _VICTIMS}})),
    ("grants on a key, for services only", _victims_key({"Bool": {"kms:GrantIsForAWSResource": "true"}}, _ACCOUNT, "kms:CreateGrant")),
    ("grants on a key, through the service for own tables", _victims_key({**_via(_DYNAMODB), **_OWN_TABLES}, _ACCOUNT, "kms:CreateGrant", *_USE)),
    ("a service that looks at a key", _victims_key({}, {"Service": "events.amazonaws.com"}, "kms:DescribeKey")),
    ("a service that encrypts own queues", _victims_key(_for(_QUEUE_ARN, arn("sqs", _VICTIMS)), {"Service": "sqs.amazonaws.com"})),
    ("a pipeline that decrypts own tables through the service", _deploys({**_via(_DYNAMODB), **_for(_TABLE_NAME, _THIEFS)})),
    ("a pipeline that decrypts the bus through the service", _deploys({**_via(_EVENTS), **_for(_BUS_ARN, _BUS)}, "kms:Decrypt")),
)
