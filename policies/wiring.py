"""Declared wiring: what a unit's resources refer to that is not the unit's own.

An event source mapping, a target, a filter or a replica that links two units moves data between them, and needs no
permission of whoever receives it. So a reference from one unit's resource to a store, function or role of another is a
violation, whatever the type of the resource. The exceptions are what contracts publish: the bus, and capabilities.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from analysis import Analysis
from graph import Resource
from iam.globs import Glob, example
from inventory import Thing
from naming import of_service
from values import has_unknown, texts

_ARN = re.compile(r"(?=(arn:[a-z-]+:[a-z0-9-]+(?::[^\s\"'\\,{}\[\]]*)?))")
"""Wherever one begins, also within another: integrations of API Gateway carry the function's ARN in their own."""
_QUEUE_URL = re.compile(r"https://sqs\.[a-z0-9.-]+/[0-9]*/([A-Za-z0-9_.-]+)")
_LINKED_SERVICES = frozenset(
    [
        "aoss",
        "backup",
        "dax",
        "dsql",
        "dynamodb",
        "ecs",
        "elasticache",
        "elasticfilesystem",
        "es",
        "firehose",
        "glue",
        "iam",
        "kafka",
        "kinesis",
        "lambda",
        "logs",
        "memorydb",
        "pipes",
        "rds",
        "redshift",
        "s3",
        "secretsmanager",
        "sns",
        "sqs",
        "ssm",
        "states",
        "timestream",
    ]
)
"""Services whose resources hold data, receive it, or act for somebody."""

_NOT_WIRING = ("aws:iam/", "aws:kms/", "aws:schemas/", "aws:cloudwatch/dashboard:", "aws:cloudwatch/metricAlarm:")
"""Types that move no data. Identities and keys are judged by their documents; but for those in `LINKS`."""
_BY_NAME = frozenset({"function", "functionName", "role", "roleName", "roles"})
"""Properties in which a function or a role can be meant by its name alone."""
_NOT_REFERENCES = frozenset(
    {
        "alarmDescription",
        "assumeRolePolicy",
        "code",
        "description",
        "environment",
        "eventPattern",
        "filterCriteria",
        "input",
        "inputTransformer",
        "kmsKeyArn",
        "kmsKeyId",
        "kmsKeyIdentifier",
        "kmsMasterKeyId",
        "pattern",
        "permissionsBoundary",
        "policy",
        "policyDocument",
        "tags",
        "tagsAll",
    }
)
"""Properties in which a name or ARN gives nothing to anybody, or is judged elsewhere."""

LINKS: Mapping[str, tuple[str, ...]] = {
    "aws:iam/instanceProfile:InstanceProfile": ("role",),
    "aws:kms/grant:Grant": ("keyId",),
    "aws:kms/keyPolicy:KeyPolicy": ("keyId",),
    "aws:lambda/alias:Alias": ("functionName",),
    "aws:lambda/functionUrl:FunctionUrl": ("functionName",),
    "aws:lambda/permission:Permission": ("function",),
    "aws:lambda/eventSourceMapping:EventSourceMapping": ("eventSourceArn", "functionName"),
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": ("functionName",),
    "aws:lambda/function:Function": ("role",),
    "aws:cloudwatch/eventTarget:EventTarget": ("arn",),
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": ("logGroup", "destinationArn"),
    "aws:cloudwatch/eventArchive:EventArchive": ("eventSourceArn",),
    "aws:pipes/pipe:Pipe": ("source", "target", "roleArn"),
    "aws:scheduler/schedule:Schedule": ("target",),
    "aws:sfn/stateMachine:StateMachine": ("definition", "roleArn"),
    "aws:sns/topicSubscription:TopicSubscription": ("topic", "endpoint"),
    "aws:sqs/queuePolicy:QueuePolicy": ("queueUrl",),
    "aws:sqs/redrivePolicy:RedrivePolicy": ("queueUrl", "redrivePolicy"),
    "aws:dynamodb/kinesisStreamingDestination:KinesisStreamingDestination": ("tableName", "streamArn"),
    "aws:dynamodb/tableReplica:TableReplica": ("globalTableArn",),
    "aws:dynamodb/tableExport:TableExport": ("tableArn", "s3Bucket"),
    "aws:dynamodb/resourcePolicy:ResourcePolicy": ("resourceArn",),
    "aws:s3/bucketNotification:BucketNotification": ("bucket",),
    "aws:s3/bucketPolicy:BucketPolicy": ("bucket",),
    "aws:secretsmanager/secretPolicy:SecretPolicy": ("secretArn",),
    "aws:backup/selection:Selection": ("resources",),
}
"""Properties that link two things, by type: each must be known, or flow from the unit's own resources."""


@dataclass(frozen=True, eq=False)
class Link:
    """A reference of a unit's resource to what is not the unit's."""

    resource: Resource
    unit: str | None
    key: str
    what: str
    things: tuple[Thing, ...] = ()
    provable: bool = True
    """False where it is not known what is referred to."""


def find(analysis: Analysis) -> tuple[Link, ...]:
    """Every link between two units, or of a unit to what nobody knows."""
    return tuple(
        link
        for resource in analysis.graph.resources
        if resource.type in LINKS or (resource.type.startswith("aws:") and not resource.type.startswith(_NOT_WIRING))
        for link in _links(analysis, resource)
    )


def _links(analysis: Analysis, resource: Resource) -> Iterator[Link]:
    unit = analysis.graph.owner(resource)
    linking = LINKS.get(resource.type, ())
    for key, value in resource.props.items():
        if key in _NOT_REFERENCES:
            continue
        for text in _texts(value):
            yield from _references(analysis, resource, unit, key, text)
            if key in linking and not text.startswith(("arn:", "https:", "{")):
                yield from _name(analysis, resource, unit, key, text)
        if has_unknown(value):
            yield from _flows(analysis, resource, unit, key, sure=key in linking)
    for key in linking:
        if key not in resource.props:
            yield Link(resource, unit, key, "something that is not known", provable=False)


def _texts(value: Any) -> Iterator[str]:
    """Every text in a value, wherever a reference may stand."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from _texts(item)
    elif isinstance(value, Mapping):
        for key, item in cast("Mapping[str, Any]", value).items():
            if key not in _NOT_REFERENCES:
                yield from _texts(item)


def _references(analysis: Analysis, resource: Resource, unit: str | None, key: str, text: str) -> Iterator[Link]:
    for arn in _ARN.findall(text):
        if _is_foreign(analysis, unit, key, arn):
            yield Link(resource, unit, key, arn, tuple(_foreign_things(analysis, unit, arn)))
    for name in _QUEUE_URL.findall(text):
        things = tuple(_foreign_things(analysis, unit, name))
        if things or (unit is not None and not name.startswith(analysis.naming.prefix(unit))):
            yield Link(resource, unit, key, f"queue {name}", things)
    things = tuple(thing for thing in _foreign_things(analysis, unit, text) if thing.kind.store or key in _BY_NAME)
    if things and not text.startswith("arn:") and not _has_own(analysis, unit, text):
        yield Link(resource, unit, key, text, things)


def _is_foreign(analysis: Analysis, unit: str | None, key: str, arn: str) -> bool:
    service, account = (arn.split(":") + [""] * 5)[2], (arn.split(":") + [""] * 5)[4]
    if service == "events" and account not in ("", analysis.account):
        return True  # A bus of another account: whatever is sent there is gone.
    if service not in _LINKED_SERVICES or (service != "s3" and account in ("", "aws") and arn.count(":") > _SHORT):
        return False  # Not a resource of an account, for example arn:aws:states:::lambda:invoke.
    if unit is None or key == "layers":
        # A layer of another account is somebody's library; one of another unit is a part of that unit.
        return any(thing.unit != unit for thing in analysis.inventory.named_by(arn))
    if unit in analysis.once(_owners_by_arn).get(arn, ()):
        return False
    allowed = (*of_service(analysis.own(unit), service), *analysis.allowed_calls(unit))
    return example([Glob(arn)], allowed) is not None


_SHORT = 3
"""Colons of an ARN that has no account."""


_NAMED_BY_AWS = (
    "aws:kms/key:",
    "aws:efs/",
    "aws:elasticache/",
    "aws:memorydb/",
    "aws:msk/",
    "aws:opensearch/",
    "aws:rds/",
)
"""Types whose ARNs hold an id, not the name that the program gives: they are recognised once they exist."""


def _owners_by_arn(analysis: Analysis) -> dict[str, set[str | None]]:
    """Whose such a resource is, by its ARN or id."""
    found: dict[str, set[str | None]] = {}
    for resource in analysis.graph.resources:
        if resource.type.startswith(_NAMED_BY_AWS):
            for name in texts([resource.get("arn"), resource.get("keyId")]):
                found.setdefault(name, set()).add(analysis.graph.owner(resource))
    return found


def _has_own(analysis: Analysis, unit: str | None, text: str) -> bool:
    return any(thing.unit == unit for thing in analysis.inventory.named_by(text))


def _foreign_things(analysis: Analysis, unit: str | None, text: str) -> Iterator[Thing]:
    return (thing for thing in analysis.inventory.named_by(text) if thing.unit != unit)


def _name(analysis: Analysis, resource: Resource, unit: str | None, key: str, name: str) -> Iterator[Link]:
    """A plain name in a property that links: it must be the unit's."""
    known = analysis.inventory.named_by(name)
    if known or unit is None:
        return  # Judged as a reference.
    if unit not in analysis.once(_owners_by_arn).get(name, ()) and analysis.naming.prefix(unit) not in name:
        yield Link(resource, unit, key, name)


def _flows(analysis: Analysis, resource: Resource, unit: str | None, key: str, *, sure: bool) -> Iterator[Link]:
    """What is not known yet, by where it comes from."""
    sources = analysis.graph.flows_from(resource, key)
    for source in sources:
        owner = analysis.graph.owner(source)
        thing = analysis.inventory.by_urn.get(source.urn)
        if owner != unit and thing is not None and thing.kind.label != "event bus":
            yield Link(resource, unit, key, thing.label, (thing,))
    if sure and not sources:
        yield Link(resource, unit, key, "something that is not known before it is created", provable=False)
