"""Documents, archives and counts, held against AWS's quotas."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, cast

import msgspec

from pbckit.judges.archives import Archive, archive_of, layers_of, unzipped_bytes
from pbckit.judges.finding import Finding, Judge, finding
from pbckit.judges.values import at, is_unknown
from pbckit.sandbox.graph import Graph, Resource

_DATA = Path(__file__).parent / "data" / "sizes.yaml"
_ANY = "*"


class SizeLimit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A quota. The fields are explained in the data file."""

    type: str
    limit: int
    source: str
    input: str = ""
    unit: str = "resources"
    each: str = ""
    spare: float = 0.0

    @property
    def allowed(self) -> int:
        """The limit less what must stay free."""
        return int(self.limit * (1 - self.spare))


class Sizes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of the data file."""

    limits: Sequence[SizeLimit]
    reserved_tag_prefix: str


@cache
def sizes() -> Sizes:
    """AWS's quotas of sizes and counts."""
    return msgspec.yaml.decode(_DATA.read_bytes(), type=Sizes)


def _judge(graph: Graph) -> Iterator[Finding]:
    for limit in sizes().limits:
        chosen = [one for one in graph.resources if one.custom and limit.type in (one.type, _ANY)]
        for members in _groups(limit, chosen):
            measured = [_size(limit, member, graph) for member in members]
            size = sum(one for one in measured if one is not None)
            if size > limit.allowed:
                yield _too_big(limit, members, size)
    for resource in graph.resources:
        yield from _reserved_tags(resource)


JUDGE = Judge(
    name="sizes",
    shows="Every document, archive, environment and number of resources is within AWS's quotas, IAM documents and key "
    "policies with a tenth to spare.",
    source="quotas of AWS's service guides (components/pbckit/judges/data/sizes.yaml)",
    judge=_judge,
)


def _groups(limit: SizeLimit, resources: Sequence[Resource]) -> list[list[Resource]]:
    """The resources that are measured together: each alone, those with the same value of an input, or all."""
    if limit.each:
        groups: dict[Any, list[Resource]] = defaultdict(list)
        for resource in resources:
            groups[str(resource.inputs.get(limit.each))].append(resource)
        return list(groups.values())
    return [[resource] for resource in resources] if limit.input else [list(resources)]


def _size(limit: SizeLimit, resource: Resource, graph: Graph) -> int | None:
    """The size of one resource in the unit of the limit; None where it has none or it is not known."""
    if not limit.input:
        return 1
    if limit.unit in ("bytes zipped", "bytes unzipped"):
        return _archive_bytes(limit.unit, resource, graph)
    value = at(resource.inputs, limit.input)
    return None if value is None or is_unknown(value) else _MEASURES[limit.unit](value)


def _archive_bytes(unit: str, resource: Resource, graph: Graph) -> int:
    own = archive_of(resource)
    if own is None:
        return 0
    if unit == "bytes zipped":
        return own.path.stat().st_size if own.path.is_file() else 0
    archives: list[Archive | None] = [own, *map(archive_of, layers_of(graph, resource))]
    return sum(unzipped_bytes(one) for one in archives if one is not None)


def _compact(text: str) -> int:
    return len(json.dumps(json.loads(text), separators=(",", ":")))


def _bytes(value: Any) -> int:
    return len((value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))).encode())


def _statements(text: str) -> list[Mapping[str, Any]]:
    found: Any = at(text, "Statement")
    return cast("list[Mapping[str, Any]]", found) if isinstance(found, list) else []


def _most_actions(text: str) -> int:
    return max((len(one["Action"]) for one in _statements(text) if isinstance(one.get("Action"), list)), default=1)


_MEASURES: Mapping[str, Callable[[Any], int]] = {
    "compact": _compact,
    "characters": len,
    "bytes": _bytes,
    "items": len,
    "statements": lambda text: len(_statements(text)),
    "actions": _most_actions,
}


def _too_big(limit: SizeLimit, members: Sequence[Resource], size: int) -> Finding:
    first = max(members, key=lambda one: len(str(one.inputs)))
    unit = "characters" if limit.unit == "compact" else limit.unit
    what = f"has {size} {unit}" if limit.input else f"is one of {size} resources"
    if limit.each:
        what += f" with all of the same {limit.each}"
    allowed = f"at most {limit.limit}"
    if limit.spare:
        allowed += f", and {limit.spare:.0%} to spare: {limit.allowed}"
    return finding(first, limit.input or limit.each, what, value=size, allowed=allowed, source=limit.source)


def _reserved_tags(resource: Resource) -> Iterator[Finding]:
    tags = cast("Mapping[str, Any]", resource.inputs.get("tags") or {})
    prefix = sizes().reserved_tag_prefix
    for key in tags:
        if key.lower().startswith(prefix):
            yield finding(
                resource, f"tags.{key}", "is reserved for AWS", value=key, allowed=f"a key without {prefix}",
                source="Tagging AWS Resources user guide, Tag naming limits and requirements",
            )  # fmt: skip
