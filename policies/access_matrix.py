"""Who can reach whose things, and by which edge: for each pair of units, of a stack that may have violations or none.

Edges are those that contracts publish, and whatever else the proof finds. In a stack without violations only contract
edges remain.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import wiring
from analysis import INVOKE, Access, Analysis
from graph import Resource
from iam.catalogue import display
from iam.evaluator import can
from iam.globs import Glob
from iam.regions import Region
from values import read, texts

CALLS, EVENTS, VIOLATION = "calls", "events", "violation"


@dataclass(frozen=True, order=True)
class Edge:
    """That one unit gets something from another."""

    source: str
    """The unit that reaches."""
    target: str
    """The unit that is reached."""
    kind: str
    """`calls`, `events`, or `violation`."""
    what: str
    """The capability, the event, or the forbidden action."""


def edges(analysis: Analysis) -> list[Edge]:
    """Every edge between two units, in order."""
    return sorted({*_calls(analysis), *_subscriptions(analysis), *_violations(analysis)})


def _calls(analysis: Analysis) -> Iterator[Edge]:
    """Capabilities that a unit may call and has the permission to."""
    for one in analysis.settings.capabilities:
        target = Region((Glob(analysis.naming.capability(one.unit, one.name).text),))
        for principal in analysis.principals:
            if principal.unit in one.callers and can(principal, INVOKE, target) is not None:
                yield Edge(principal.unit or "", one.unit, CALLS, one.name)


def _subscriptions(analysis: Analysis) -> Iterator[Edge]:
    """Events that a unit's rules take from the bus."""
    for rule in analysis.graph.by_type("aws:cloudwatch/eventRule:EventRule"):
        owner = analysis.graph.owner(rule)
        for source, event in _pattern(rule):
            if owner is not None and source != owner:
                yield Edge(owner, source, EVENTS, event)


def _pattern(rule: Resource) -> Iterator[tuple[str, str]]:
    text = rule.get("eventPattern")
    try:
        pattern: Any = json.loads(text) if isinstance(text, str) else None
    except json.JSONDecodeError:
        pattern = None
    sources = texts(read(pattern, "source")) or ["any source"]
    return ((source, event) for source in sources for event in texts(read(pattern, "detail-type")) or ["all events"])


def _violations(analysis: Analysis) -> Iterator[Edge]:
    for access in analysis.accesses:
        yield from _forbidden(access)
    for link in analysis.once(wiring.find):
        for thing in link.things:
            yield Edge(link.unit or "nobody", thing.unit or "nobody", VIOLATION, f"{link.key} → {thing.label}")


def _forbidden(access: Access) -> Iterator[Edge]:
    if access.action_class == "publish":
        return
    source = access.principal.unit or "nobody"
    action = display(access.grant.action)
    for unit in sorted({thing.unit or "nobody" for thing in access.targets}) or ["outside this stack"]:
        yield Edge(source, unit, VIOLATION, action)


def markdown(found: Sequence[Edge], units: Iterable[str]) -> str:
    """The matrix as a table, a row for each unit that reaches and a column for each that is reached, and as a graph."""
    columns = [unit for unit in units if any(edge.target == unit for edge in found)]
    columns += sorted({edge.target for edge in found} - set(columns))
    rows = sorted({*units, *(edge.source for edge in found)})
    lines = [f"| from \\ to | {' | '.join(columns)} |", f"| --- |{' --- |' * len(columns)}"]
    lines += [f"| **{row}** | {' | '.join(_cell(found, row, column) for column in columns)} |" for row in rows]
    return "\n".join(lines) + "\n\n" + mermaid(found)


def _cell(found: Sequence[Edge], row: str, column: str) -> str:
    if row == column:
        return "own"
    here = [edge for edge in found if (edge.source, edge.target) == (row, column)]
    return "<br>".join(f"{_MARKS[edge.kind]} {edge.what}" for edge in here) or "-"


_MARKS = {CALLS: "calls", EVENTS: "hears", VIOLATION: "**VIOLATION**"}
_ARROWS = {CALLS: "-->", EVENTS: "-.->", VIOLATION: "==>"}


def mermaid(found: Sequence[Edge]) -> str:
    """The matrix as a graph: calls are solid, events dotted, violations thick."""
    pairs: dict[tuple[str, str, str], list[str]] = {}
    for edge in found:
        pairs.setdefault((edge.source, edge.target, edge.kind), []).append(edge.what)
    lines = [
        f'    {_node(source)} {_ARROWS[kind]}|"{"<br>".join(names)}"| {_node(target)}'
        for (source, target, kind), names in pairs.items()
    ]
    return "\n".join(["```mermaid", "flowchart LR", *lines, "```"]) + "\n"


def _node(unit: str) -> str:
    return f'{unit.replace("-", "_").replace(" ", "_")}["{unit}"]'


def added(before: Sequence[Edge], after: Sequence[Edge]) -> list[Edge]:
    """The edges that a change adds."""
    return sorted(set(after) - set(before))
