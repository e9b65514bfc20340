"""What a judge is, and what it reports."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pbckit.errors import PbckitError
from pbckit.sandbox.graph import Graph, Resource

_SHOWN_LENGTH = 200


class CannotJudge(PbckitError):
    """A judge lacks something that it needs. The message says what, in one line."""


@dataclass(frozen=True, kw_only=True, order=True)
class Finding:
    """One thing in the graph that AWS would refuse or that could not work."""

    resource: str
    """Type and name of the resource, for example `aws:dynamodb/table:Table orders-store-table`."""
    property: str
    """Path of the input, for example `environment.variables`; empty where the whole resource is meant."""
    problem: str
    """What is wrong, in a few words."""
    value: str
    """The value that is wrong, shortened."""
    allowed: str
    """What would be right."""
    source: str
    """Where AWS says so."""


@dataclass(frozen=True, kw_only=True)
class Judge:
    """A named check of a graph."""

    name: str
    """Kebab-case name, for `pbc judge --only NAME`."""
    shows: str
    """What it shows of a program without findings, in one sentence."""
    source: str
    """Where its knowledge comes from."""
    judge: Callable[[Graph], Iterable[Finding]]
    """Gives the findings of a graph as captured at preview, where computed values are `UNKNOWN`."""


def finding(
    resource: Resource, property_: str, problem: str, *, value: object, allowed: object, source: str
) -> Finding:
    """A finding about a resource."""
    return Finding(
        resource=f"{resource.type} {resource.name}",
        property=property_,
        problem=problem,
        value=_shown(value),
        allowed=_shown(allowed),
        source=source,
    )


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _SHOWN_LENGTH else f"{text[: _SHOWN_LENGTH - 1]}…"
