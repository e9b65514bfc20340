"""What a text in a property refers to that is not the unit's own: by ARN, by address, by name or by id."""

import re
from collections.abc import Iterable, Iterator

from pbc_isolation.analysis.context import Analysis
from pbc_isolation.analysis.inventory import ProtectedResource
from pbc_isolation.analysis.link import Link
from pbc_isolation.analysis.own_arns import ARN, WHOLE_ARN, arns_in, is_foreign, must_be_judged, service_of
from pbc_isolation.stack.graph import Resource
from pbc_isolation.stack.link_types import BY_NAME, EVERYTHING, LINKED_SERVICES, SUBSCRIPTION
from pbc_isolation.stack.references import Leaf
from pbc_isolation.stack.type_data import SHARED

_QUEUE_URL = re.compile(r"https://sqs\.[a-z0-9.-]+/[0-9]*/([A-Za-z0-9_.-]+)")
_BUCKET_URL = re.compile(
    r"(?:s3[an]?://|(?<![\w.-])(?=[\w.-]+\.s3[.-]))([a-z0-9][a-z0-9.-]*?[a-z0-9])(?=\.s3[.-]|[/\"'\s,]|$)"
)
_STORE_HOST = re.compile(
    r"(?<![\w.-])((?:[a-z0-9-]+\.)+"
    r"(?:aoss|cache|dax-clusters|docdb|dsql|efs|es|fsx|kafka|kafka-serverless|memorydb|mq|neptune|rds|redshift|redshift-serverless)"
    r"\.(?:[a-z0-9-]+\.)*(?:amazonaws\.com|on\.aws)(?:\.cn)?)",
    re.IGNORECASE,
)
"""Addresses of databases, caches, brokers, file systems and search domains."""
_FILE_SYSTEM = re.compile(r"(?<![\w.-])fs-[0-9a-f]{8,17}(?![\w.-])")
"""Ids of file systems, also within a definition that is a text."""
_STORE_URI = re.compile(r"\b(?:ssm-parameter|ssm-document|secretsmanager|codepipeline)://([^\s\"',]+)")
"""Where AppConfig takes its content from."""
_BUS, _ARCHIVE = "event bus", "aws:cloudwatch/eventArchive:EventArchive"
_WORD = re.compile(r"[\w.\-/$]+")
_DISTINCTIVE = re.compile(r"(?=.*[a-z])(?=.*[0-9_\-/.]).{6,}", re.IGNORECASE)
"""Names that are no common words: where one stands within a longer text, the thing is meant."""
_DRAWN = frozenset(
    {"aoss", "dsql", "ecs", "elasticache", "elasticfilesystem", "es", "kafka", "memorydb", "rds", "redshift"}
)
"""Services whose ARNs may hold what AWS draws, or names that follow no convention."""
_NO_NAMES = frozenset({"", "*", "default", "DEFAULT", "AUTO", "NONE", "none"})
"""Texts that name nothing, where a name is expected."""


def references(analysis: Analysis, resource: Resource, unit: str | None, leaf: Leaf) -> Iterator[Link]:
    key, text = leaf.key, leaf.value
    for arn in arns_in(text):
        if is_foreign(analysis, resource, unit, leaf, arn):
            things = tuple(foreign_things(analysis, unit, arn))
            by_name = bool(things) or service_of(arn) in LINKED_SERVICES - _DRAWN
            yield Link(resource, unit, key, arn, things, by_name=by_name)
    if resource.type == SUBSCRIPTION and text.startswith(("http:", "https:")):
        yield Link(resource, unit, key, text)
    if any(mark in text for mark in (".", "://", "fs-")):
        yield from _addresses(analysis, resource, unit, leaf)
    things = tuple(thing for thing in foreign_things(analysis, unit, text) if thing.kind.store or key in BY_NAME)
    if things and leaf.kind is None and not text.startswith("arn:") and not _has_own(analysis, unit, text, things):
        yield Link(resource, unit, key, text, things)
    if not things and (text == "*" and EVERYTHING.search(key)):
        yield Link(resource, unit, key, "everything in the account")
    meant = analysis.graph.by_urn.get(text)
    if meant is not None and analysis.graph.owner(meant) != unit:
        yield Link(resource, unit, key, f"{meant.kind} {meant.name}")
    if not things:
        yield from (Link(resource, unit, key, name) for name in _foreign_names(analysis, resource, unit, key, text))
        yield from _mentioned(analysis, resource, unit, leaf)


def _addresses(analysis: Analysis, resource: Resource, unit: str | None, leaf: Leaf) -> Iterator[Link]:
    """Queues, buckets and other stores by their addresses, which hold their names, and file systems by their ids."""
    key, text = leaf.key, leaf.value
    for name in _QUEUE_URL.findall(text):
        things = tuple(foreign_things(analysis, unit, name))
        if things or (unit is not None and not name.startswith(analysis.naming.prefix(unit))):
            yield Link(resource, unit, key, f"queue {name}", things)
    for bucket in _BUCKET_URL.findall(text):
        if unit is not None and not _is_own_bucket(analysis, unit, bucket):
            yield Link(resource, unit, key, f"bucket {bucket}", tuple(foreign_things(analysis, unit, bucket)))
    if unit is not None:
        yield from _drawn_by_aws(analysis, resource, unit, leaf)
    for name in _STORE_URI.findall(text):
        own = unit is not None and (
            analysis.naming.is_own(name, unit) or is_known_own(analysis, resource, unit, "any", name)
        )
        if unit is not None and not own:
            yield Link(resource, unit, key, name, tuple(foreign_things(analysis, unit, name)))


def _drawn_by_aws(analysis: Analysis, resource: Resource, unit: str, leaf: Leaf) -> Iterator[Link]:
    """Stores at addresses that hold what AWS draws, and file systems by their ids."""
    for host in _STORE_HOST.findall(leaf.value):
        if not _is_own_host(analysis, unit, host):
            yield Link(resource, unit, leaf.key, f"the store at {host}", by_name=False)
    for system in _FILE_SYSTEM.findall(WHOLE_ARN.sub(" ", leaf.value)):
        if not is_known_own(analysis, resource, unit, "any", system):
            yield Link(resource, unit, leaf.key, f"the file system {system}", by_name=False)


def _mentioned(analysis: Analysis, resource: Resource, unit: str | None, leaf: Leaf) -> Iterator[Link]:
    """Things of other units that a text means by name, id or address, also within a longer text."""
    known = analysis.names
    for word in dict.fromkeys(_words(analysis, leaf)):
        if word in known and word not in _NO_NAMES and (word == leaf.value or _DISTINCTIVE.match(word)):
            meant = [one for one in known.meant(word) if _fits(analysis, resource, leaf.kind, one)]
            foreign = [one for one in meant if _is_anothers(analysis, unit, one)]
            own = [one for one in meant if analysis.graph.owner(one) == unit and unit is not None]
            if foreign and not any(one.type == other.type for one in own for other in foreign):
                owners = sorted({analysis.graph.owner(one) or "nobody" for one in foreign})
                yield Link(resource, unit, leaf.key, f"{foreign[0].kind} {word}", owners=tuple(owners))
                return


def _words(analysis: Analysis, leaf: Leaf) -> Iterator[str]:
    """What in a text may be a name, id or address: it, its ARNs, its words, and the parts of these. What is in an ARN
    that must be the unit's own has been judged with it."""
    text = leaf.value
    arns = arns_in(text)
    if text not in arns:
        yield text
    yield from (arn for arn in arns if not must_be_judged(analysis, leaf, arn))
    for word in _WORD.findall(WHOLE_ARN.sub(" ", text) if arns else text):
        yield word
        yield from (part for mark in "/." if mark in word for part in _parts(word, mark))


def _parts(word: str, mark: str) -> Iterator[str]:
    parts = [part for part in word.split(mark) if part]
    yield from parts
    yield from (mark.join(parts[:end]) for end in range(2, len(parts)))
    yield from (part.partition(".")[0] for part in parts)


def _fits(analysis: Analysis, resource: Resource, kind: str | None, meant: Resource) -> bool:
    """Whether a thing is of a type that the text, by its place, can mean."""
    if kind is None or kind == SHARED:
        return True
    return analysis.types.can_be(kind, resource.type, meant.type)


def _is_anothers(analysis: Analysis, unit: str | None, meant: Resource) -> bool:
    """Whether a thing is another unit's, and not what all share: the platform's and nobody's networks and the like."""
    owner = analysis.graph.owner(meant)
    if owner == unit:
        return False
    shared = analysis.types.of(meant.type).shared and (owner is None or analysis.is_platform(owner))
    bare = owner is None and not _holds_data(analysis, meant)
    return not shared and not bare


def _holds_data(analysis: Analysis, meant: Resource) -> bool:
    return meant.urn in analysis.inventory.by_urn or not analysis.types.of(meant.type).shared


def names(analysis: Analysis, resource: Resource, unit: str | None, leaf: Leaf) -> Iterator[Link]:
    """A name or id where, by its place, something of the unit's own is meant."""
    text = leaf.value
    if leaf.kind in (None, SHARED) or unit is None or text in _NO_NAMES or text.startswith(("arn:", "{", "http", "$")):
        return
    name = _bucket_of(text) if leaf.kind == "object" else text
    if name is None or analysis.naming.is_own(name, unit) or is_known_own(analysis, resource, unit, leaf.kind, name):
        return
    if leaf.kind == "same" and not _names_something(name):
        return
    by_name = leaf.kind not in ("same", "any")
    yield Link(resource, unit, leaf.key, f"the {_called(leaf.kind)} {name!r}", by_name=by_name)


def _called(kind: str) -> str:
    return "name or id" if kind in ("same", "any") else kind.replace("-", " ")


def _bucket_of(text: str) -> str | None:
    """The bucket of an object; None where the text means something else."""
    scheme, mark, rest = text.partition("://")
    if mark and not scheme.startswith("s3"):
        return None
    return (rest if mark else text).lstrip("/").partition("/")[0] or None


def _is_own_bucket(analysis: Analysis, unit: str, bucket: str) -> bool:
    meant = [one for one in analysis.names.meant(bucket) if analysis.types.can_be("bucket", "", one.type)]
    return analysis.naming.is_own(bucket, unit) or any(analysis.graph.owner(one) == unit for one in meant)


def _is_own_host(analysis: Analysis, unit: str, host: str) -> bool:
    """Whether an address stands in what AWS computes of an own thing: it may be one of several, or have a port."""
    return any(
        isinstance(one.get(key), str) and host in one.props[key]
        for one in analysis.graph.of_unit(unit)
        if not one.external
        for key in analysis.types.of(one.type).computed
    )


def _names_something(name: str) -> bool:
    return not name.isdigit() and name.lower() not in ("true", "false")


def is_known_own(analysis: Analysis, resource: Resource, unit: str | None, kind: str | None, name: str) -> bool:
    """Whether a name means something of the unit's own that the place can mean: each of several, without a version.

    What stands before a slash says nothing: names of log groups, repositories, secrets and parameters may hold one.
    """
    return all(_is_own_name(analysis, resource, unit, kind, one) for one in name.split(","))


def _is_own_name(analysis: Analysis, resource: Resource, unit: str | None, kind: str | None, name: str) -> bool:
    return any(
        analysis.graph.owner(one) == unit and _fits(analysis, resource, kind, one)
        for text in dict.fromkeys((name, name.partition(":")[0]))
        for one in analysis.names.meant(text)
    )


def _foreign_names(analysis: Analysis, resource: Resource, unit: str | None, key: str, text: str) -> Iterator[str]:
    """Names in a text that by the convention are another unit's, whatever they name and wherever that is.

    What stands in an ARN of a service that is linked has been judged with the ARN. Of others only buses may be named.
    """
    named = [(start, name, owner) for start, name, owner in analysis.naming.names_in(text) if owner != unit]
    judged = [found.span(1) for found in ARN.finditer(text) if service_of(found[1]) in LINKED_SERVICES] if named else []
    for start, name, owner in named:
        if not any(begin <= start < end for begin, end in judged):
            bus = key == "eventBusName" or text[:start].endswith((":event-bus/", ":rule/"))
            if not (bus and _may_name_bus(analysis, resource, unit) and _is_shared_bus(analysis, owner, name)):
                yield name


def _may_name_bus(analysis: Analysis, resource: Resource, unit: str | None) -> bool:
    """An archive keeps all that everybody publishes: only operations may have one, who replays it to its consumers."""
    return resource.type != _ARCHIVE or analysis.is_operations(unit)


def _is_shared_bus(analysis: Analysis, owner: str, name: str) -> bool:
    """Whether a name is that of the bus that all units share; without the platform in the stack, whether it may be."""
    if any(thing.kind.label == _BUS for thing in analysis.inventory.named_by(name)):
        return analysis.is_platform(owner)
    return owner not in analysis.graph.units and owner not in {one.unit for one in analysis.settings.capabilities}


def _has_own(analysis: Analysis, unit: str | None, text: str, foreign: Iterable[ProtectedResource]) -> bool:
    """Whether a name may mean an own thing just as well: one of the same kind as every other that it may mean."""
    own = {thing.kind.label for thing in analysis.inventory.named_by(text) if thing.unit == unit}
    return all(thing.kind.label in own for thing in foreign)


def foreign_things(analysis: Analysis, unit: str | None, text: str) -> Iterator[ProtectedResource]:
    return (thing for thing in analysis.inventory.named_by(text) if thing.unit != unit)
