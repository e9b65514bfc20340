"""What a change of each input does to a resource: the contents of `resource_types.yaml`."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from pbckit.errors import PbckitError
from pbckit.sandbox.graph import Graph

FILE = Path(__file__).with_name("resource_types.yaml")


class UnknownResourceType(PbckitError, ValueError):
    """A type, or an input of one, that `resource_types.yaml` does not describe."""


class Holding(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is lost with a resource."""

    what: str
    loss: Literal["error", "warning"]


class ResourceType(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one type of resource is created, changed and deleted. `resource_types.yaml` explains the fields."""

    existing: Literal["refused", "overwritten", "new"]
    replaced_by: tuple[str, ...]
    updated_by: tuple[str, ...]
    identity: tuple[str, ...] = ()
    holds: Holding | None = None
    fixed: bool = False
    belongs_to: Mapping[str, str] = {}
    moves: Mapping[str, tuple[str, ...]] = {}
    notes: Mapping[str, str] = {}


@cache
def resource_types() -> Mapping[str, ResourceType]:
    """The types by token."""
    return msgspec.yaml.decode(FILE.read_bytes(), type=dict[str, ResourceType])


def resource_type(token: str) -> ResourceType:
    """One type.

    Raises:
        UnknownResourceType: it is not described.
    """
    try:
        return resource_types()[token]
    except KeyError:
        raise UnknownResourceType(f"{token}: not in {FILE.parent.name}/{FILE.name}") from None


def undescribed(graph: Graph) -> Iterator[tuple[str, str]]:
    """The types and inputs of a graph that are not described: type token and input, which is empty for a whole type."""
    seen: set[tuple[str, str]] = set()
    for resource in graph.resources:
        if not resource.custom:
            continue
        known = resource_types().get(resource.type)
        inputs = [""] if known is None else sorted({*resource.inputs} - {*known.replaced_by, *known.updated_by})
        for name in inputs:
            if (resource.type, name) not in seen:
                seen.add((resource.type, name))
                yield resource.type, name
