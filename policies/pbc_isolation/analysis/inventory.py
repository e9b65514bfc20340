"""The things of a stack that hold data, run code or are identities, with their ARNs as patterns."""

import re
from dataclasses import dataclass
from functools import cached_property

from pbc_isolation.iam.globs import Glob, intersects
from pbc_isolation.iam.regions import Region
from pbc_isolation.stack.graph import Graph, Resource

_ARN_FIELDS = 6
_PLACES = {"iam": "*:{account}", "s3": "*:*"}
"""Services whose ARNs have no region, and no account where their names are unique everywhere."""


@dataclass(frozen=True)
class Kind:
    """A kind of resource."""

    label: str
    service: str
    arn: str
    """Resource part of the ARN; `{}` is the physical name."""
    name: str = "name"
    """Property with the physical name."""
    store: bool = True
    """True for what holds data of its unit."""
    below: str = ""
    """The marks after which other ARNs lie below its own: indexes, streams, versions, objects. Where names themselves
    may hold the mark, as `/` in those of log groups, it is no hierarchy: what follows may be anybody's."""
    slash: bool = True
    """False where the ARN leaves out the first slash of the name."""
    path: bool = False
    """True where a path may stand before the name: `role/x` and `role/a/b/x` are of one name."""

    def resources(self, name: str) -> tuple[str, ...]:
        """The resource parts of the ARNs that a physical name may have."""
        name = name if self.slash else name.lstrip("/")
        plain = self.arn.format(name)
        return (plain, self.arn.format(f"*/{name}")) if self.path else (plain,)


KINDS = {
    "aws:dynamodb/table:Table": Kind("table", "dynamodb", "table/{}", below="/"),
    "aws:dynamodb/globalTable:GlobalTable": Kind("global table", "dynamodb", "global-table/{}"),
    "aws:sqs/queue:Queue": Kind("queue", "sqs", "{}"),
    "aws:sns/topic:Topic": Kind("topic", "sns", "{}", below=":"),
    "aws:cloudwatch/logGroup:LogGroup": Kind("log group", "logs", "log-group:{}", below=":"),
    "aws:cloudwatch/eventBus:EventBus": Kind("event bus", "events", "event-bus/{}", store=False),
    "aws:cloudwatch/eventArchive:EventArchive": Kind("archive", "events", "archive/{}"),
    "aws:cloudwatch/eventRule:EventRule": Kind("rule", "events", "rule/{}", store=False, path=True),
    "aws:sfn/stateMachine:StateMachine": Kind("state machine", "states", "stateMachine:{}", below=":"),
    "aws:sfn/activity:Activity": Kind("activity", "states", "activity:{}"),
    "aws:lambda/function:Function": Kind("function", "lambda", "function:{}", store=False, below=":"),
    "aws:lambda/layerVersion:LayerVersion": Kind("layer", "lambda", "layer:{}", "layerName", store=False, below=":"),
    "aws:iam/role:Role": Kind("role", "iam", "role/{}", store=False, path=True),
    "aws:iam/user:User": Kind("user", "iam", "user/{}", store=False, path=True),
    "aws:iam/policy:Policy": Kind("policy", "iam", "policy/{}", store=False, path=True),
    "aws:s3/bucket:Bucket": Kind("bucket", "s3", "{}", "bucket", below="/"),
    "aws:s3/bucketV2:BucketV2": Kind("bucket", "s3", "{}", "bucket", below="/"),
    "aws:secretsmanager/secret:Secret": Kind("secret", "secretsmanager", "secret:{}-??????"),
    "aws:ssm/parameter:Parameter": Kind("parameter", "ssm", "parameter/{}", slash=False),
    "aws:kinesis/stream:Stream": Kind("stream", "kinesis", "stream/{}", below="/"),
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": Kind(
        "delivery stream", "firehose", "deliverystream/{}"
    ),
    "aws:scheduler/schedule:Schedule": Kind("schedule", "scheduler", "schedule/*/{}", store=False),
    "aws:pipes/pipe:Pipe": Kind("pipe", "pipes", "pipe/{}", store=False),
}


@dataclass(frozen=True, eq=False)
class ProtectedResource:
    """A resource of a known kind."""

    resource: Resource
    kind: Kind
    unit: str | None
    name: str

    @property
    def label(self) -> str:
        """What people call it."""
        return f"{self.kind.label} {self.name}"

    @cached_property
    def arns(self) -> tuple[Glob, ...]:
        """Patterns of its ARN and, where there are any, of those below it, in any account and region."""
        return self.arns_in("*", "*")

    def arns_in(self, region: str, account: str) -> tuple[Glob, ...]:
        """As `arns`, of one region and account."""
        place = _PLACES.get(self.kind.service, "{region}:{account}").format(region=region, account=account)
        bases = [f"arn:*:{self.kind.service}:{place}:{resource}" for resource in self.kind.resources(self.name)]
        below = [f"{base}{mark}*" for base in bases for mark in self.kind.below]
        return tuple(Glob(text, strict=True) for text in [*bases, *below])

    def lies_in(self, region: Region) -> bool:
        """True if the thing, or something below it, may be in a region."""
        return not all(region.within(arn).is_empty() for arn in self.arns)


class Inventory:
    """All things of a stack whose names are known, and the stores whose are not."""

    def __init__(self, graph: Graph) -> None:
        found = [(one, kind) for token, kind in KINDS.items() for one in graph.by_type(token) if not one.external]
        self.nameless = tuple(
            resource for resource, kind in found if (kind.store or _given(resource, kind)) and not _name(resource, kind)
        )
        self.things = tuple(
            ProtectedResource(resource, kind, graph.owner(resource), name)
            for resource, kind in found
            if (name := _name(resource, kind))
        )
        self.by_urn = {thing.resource.urn: thing for thing in self.things}

    @cached_property
    def stores(self) -> tuple[ProtectedResource, ...]:
        """The things that hold data of their unit."""
        return tuple(thing for thing in self.things if thing.kind.store)

    def of_unit(self, unit: str) -> list[ProtectedResource]:
        """The things of one unit."""
        return self._by_unit.get(unit, [])

    def named_by(self, text: str) -> list[ProtectedResource]:
        """The things that an ARN, URL or name may mean."""
        if not text.startswith("arn:"):
            name = text.rpartition("/")[2] if text.startswith("https://sqs.") else text
            return self._by_name.get(name, [])
        glob = Glob(text)
        candidates = self._named_in(text) if glob.literal else self.things
        return [thing for thing in candidates if any(intersects(arn, glob) for arn in thing.arns)]

    def _named_in(self, arn: str) -> list[ProtectedResource]:
        """The things whose name stands in an ARN: only they can be meant, and looking them up is cheap."""
        resource = arn.split(":", _ARN_FIELDS - 1)[-1]
        parts = {*resource.split(":"), *re.split("[:/]", resource), resource.partition("/")[2]}
        parts |= {part.rpartition("-")[0] for part in parts}  # The name of a secret ends in characters that AWS adds.
        names = parts | {f"/{part}" for part in parts}  # The ARN of a parameter leaves its first slash out.
        return [thing for name in names for thing in self._by_name.get(name, ())]

    @cached_property
    def _by_unit(self) -> dict[str | None, list[ProtectedResource]]:
        found: dict[str | None, list[ProtectedResource]] = {}
        for thing in self.things:
            found.setdefault(thing.unit, []).append(thing)
        return found

    @cached_property
    def _by_name(self) -> dict[str, list[ProtectedResource]]:
        found: dict[str, list[ProtectedResource]] = {}
        for thing in self.things:
            found.setdefault(thing.name, []).append(thing)
        return found


def _given(resource: Resource, kind: Kind) -> bool:
    return isinstance(resource.get(kind.name), str)


def _name(resource: Resource, kind: Kind) -> str | None:
    """The physical name; None if it is not known. What holds a wildcard is no name: it would stand for others' too."""
    name = resource.get(kind.name)
    return name if isinstance(name, str) and not any(mark in name for mark in "*?$") else None
