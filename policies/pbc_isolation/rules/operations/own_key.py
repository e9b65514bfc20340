"""Encryption with the unit's own key."""

from collections.abc import Iterator

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.rules.rule import Rule, Violation
from pbc_isolation.rules.samples import arn, queue, stack, table, thing
from pbc_isolation.stack.graph import Resource
from pbc_isolation.stack.values import UNKNOWN

_ID = "operations-own-key"
_FIX = "Give the store the key of its unit's component."


KEY = "aws:kms/key:Key"
_KEYS = {
    "aws:dynamodb/table:Table": ("serverSideEncryption", "kmsKeyArn"),
    "aws:sqs/queue:Queue": ("kmsMasterKeyId",),
    "aws:cloudwatch/logGroup:LogGroup": ("kmsKeyId",),
    "aws:sns/topic:Topic": ("kmsMasterKeyId",),
    "aws:cloudwatch/eventBus:EventBus": ("kmsKeyIdentifier",),
    "aws:cloudwatch/eventArchive:EventArchive": ("kmsKeyIdentifier",),
    "aws:secretsmanager/secret:Secret": ("kmsKeyId",),
    "aws:kinesis/stream:Stream": ("kmsKeyId",),
}


def _check(analysis: Analysis) -> Iterator[Violation]:
    for token, path in _KEYS.items():
        for store in analysis.graph.by_type(token):
            if not _is_own_key(analysis, store, path):
                owner = analysis.graph.owner(store)
                message = f"{store.name} of {owner or 'nobody'} is not encrypted with its unit's key"
                yield Violation(_ID, store.urn, message, unit=owner, fix=_FIX)


def _is_own_key(analysis: Analysis, store: Resource, path: tuple[str, ...]) -> bool:
    owner, key = analysis.graph.owner(store), store.get(*path)
    if key is UNKNOWN:
        sources = analysis.graph.flows_from(store, path[0])
        return bool(sources) and all(one.type == KEY and analysis.graph.owner(one) == owner for one in sources)
    own = [one for one in analysis.graph.by_type(KEY) if analysis.graph.owner(one) == owner]
    names = {name for one in own for name in (one.get("arn"), one.get("id"), one.get("keyId")) if isinstance(name, str)}
    return isinstance(key, str) and key in names


RULE = Rule(
    id=_ID,
    title="Every store is encrypted with its own unit's key",
    why=(
        "A key that two units share protects neither from the other; the key of AWS protects nothing from who"
        " is in the account."
    ),
    fix=_FIX,
    check=_check,
    types=(*_KEYS,),
    compliant=[
        stack(
            thing("orders", KEY, "key", {"arn": arn("kms", "key/1")}),
            table("orders", serverSideEncryption={"enabled": True, "kmsKeyArn": arn("kms", "key/1")}),
        ),
        stack(
            thing("orders", KEY, "key", {}),
            thing(
                "orders",
                "aws:sqs/queue:Queue",
                "queue",
                {"name": "q", "kmsMasterKeyId": UNKNOWN},
                property_dependencies={"kmsMasterKeyId": [thing("orders", KEY, "key", {}).urn]},
            ),
        ),
    ],
    violating=[
        stack(table("orders")),
        stack(
            thing("inventory", KEY, "key", {"arn": arn("kms", "key/1")}),
            table("orders", serverSideEncryption={"enabled": True, "kmsKeyArn": arn("kms", "key/1")}),
        ),
        stack(queue("orders", kmsMasterKeyId="alias/aws/sqs")),
        stack(queue("orders", kmsMasterKeyId=UNKNOWN)),
    ],
)
