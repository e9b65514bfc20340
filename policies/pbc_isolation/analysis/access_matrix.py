"""Who can reach whose things, and by which edge: for each pair of units, of a stack that may have violations or none.

Edges are those that contracts publish, and whatever else the proof finds. In a stack without violations only contract
edges remain.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pbc_isolation.analysis import people, wiring
from pbc_isolation.analysis.context import INVOKE, Access, Analysis
from pbc_isolation.analysis.link import Link
from pbc_isolation.iam.catalogue import display
from pbc_isolation.iam.evaluator import Grant, can
from pbc_isolation.iam.globs import Glob
from pbc_isolation.iam.principals import Principal
from pbc_isolation.iam.regions import Region
from pbc_isolation.stack.contract_edges import PEOPLE
from pbc_isolation.stack.graph import Resource
from pbc_isolation.stack.values import read, texts

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


@dataclass(frozen=True, eq=False)
class Call:
    """That a principal may call a capability."""

    principal: Principal
    grant: Grant
    function: str
    """Pattern of the capability's ARN."""


Origin = Call | Resource | Access | Link
"""What an edge comes from: a permission to call, a rule on the bus, a way out of a unit, or a reference."""


def edges(analysis: Analysis) -> list[Edge]:
    """Every edge between two units, in order."""
    return sorted({edge for edge, _ in with_origins(analysis)})


def with_origins(analysis: Analysis) -> Iterator[tuple[Edge, Origin]]:
    """Every edge between two units, once for each thing that it comes from."""
    yield from _calls(analysis)
    yield from _subscriptions(analysis)
    yield from _violations(analysis)


def _calls(analysis: Analysis) -> Iterator[tuple[Edge, Call]]:
    """Capabilities that a unit, or people as the unit that answers, may call and have the permission to."""
    assumed_by = analysis.once(people.find)
    for one in analysis.settings.capabilities:
        function = analysis.naming.capability(one.unit, one.name).text
        target = Region((Glob(function),))
        for principal in analysis.principals:
            caller = PEOPLE if principal.unit == one.unit and principal.urn in assumed_by else principal.unit
            if caller in one.callers and (grant := can(principal, INVOKE, target)) is not None:
                yield Edge(caller or "", one.unit, CALLS, one.name), Call(principal, grant, function)


def _subscriptions(analysis: Analysis) -> Iterator[tuple[Edge, Resource]]:
    """Events that a unit's rules take from the bus."""
    for rule in analysis.graph.by_type("aws:cloudwatch/eventRule:EventRule"):
        owner = analysis.graph.owner(rule)
        for source, event in _pattern(rule):
            if owner is not None and source != owner:
                yield Edge(owner, source, EVENTS, event), rule


def _pattern(rule: Resource) -> Iterator[tuple[str, str]]:
    text = rule.get("eventPattern")
    try:
        pattern: Any = json.loads(text) if isinstance(text, str) else None
    except json.JSONDecodeError:
        pattern = None
    sources = texts(read(pattern, "source")) or ["any source"]
    return ((source, event) for source in sources for event in texts(read(pattern, "detail-type")) or ["all events"])


def _violations(analysis: Analysis) -> Iterator[tuple[Edge, Access | Link]]:
    for access in analysis.accesses:
        yield from ((edge, access) for edge in _forbidden(access))
    for link in analysis.once(wiring.find):
        for thing in link.things:
            yield Edge(link.unit or "nobody", thing.unit or "nobody", VIOLATION, f"{link.key} → {thing.label}"), link


def _forbidden(access: Access) -> Iterator[Edge]:
    if access.action_class == "publish":
        return
    source = access.principal.unit or "nobody"
    action = display(access.grant.action)
    for unit in sorted({thing.unit or "nobody" for thing in access.targets}) or ["outside this stack"]:
        yield Edge(source, unit, VIOLATION, action)


VERBS = {CALLS: "calls", EVENTS: "hears", VIOLATION: "**can reach by**"}
"""What stands between two units, by the kind of edge."""
_NOTHING, _OWN, _BREAK = "-", "own", "<br>"


def page(found: Sequence[Edge], units: Iterable[str], stack: str) -> str:
    """The document of the matrix."""
    return f"""# Who reaches what

Generated from the program's graph of the stack `{stack}` by `make docs`. For each pair of units: what the one in the
row can get from the one in the column, by any permission or wiring of the stack. In a stack that the policy pack
passes, only edges that contracts name are left: capabilities that one unit calls of another, and events that it hears.
`{PEOPLE}` is what contracts call people, who ask each unit under a role of that unit.

{table(found, units)}
{mermaid(found)}"""


def table(found: Sequence[Edge], units: Iterable[str]) -> str:
    """The matrix: a row for each unit that reaches, a column for each that is reached."""
    columns = [unit for unit in units if any(edge.target == unit for edge in found)]
    columns += sorted({edge.target for edge in found} - set(columns))
    rows = sorted({*units, *(edge.source for edge in found)})
    lines = [f"| from \\ to | {' | '.join(columns)} |", f"| --- |{' --- |' * len(columns)}"]
    lines += [f"| **{row}** | {' | '.join(_cell(found, row, column) for column in columns)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(found: Sequence[Edge], row: str, column: str) -> str:
    here = [edge for edge in found if (edge.source, edge.target) == (row, column)]
    if not here:
        return _OWN if row == column else _NOTHING
    return _BREAK.join(f"{VERBS[edge.kind]} {edge.what}" for edge in here)


def read_table(text: str) -> list[Edge]:
    """The edges of a `table`, wherever it stands in a text; none where there is no table."""
    rows = [line.strip("| \n").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    if not rows:
        return []
    (_, *columns), *units = rows
    return sorted(
        edge
        for unit, *cells in units[1:]
        for column, cell in zip(columns, cells, strict=True)
        for edge in _edges_of(unit.strip("*"), column, cell)
    )


def _edges_of(source: str, target: str, cell: str) -> Iterator[Edge]:
    for line in cell.split(_BREAK) if cell not in (_OWN, _NOTHING) else ():
        kind = next(kind for kind, verb in VERBS.items() if line.startswith(f"{verb} "))
        yield Edge(source, target, kind, line.removeprefix(f"{VERBS[kind]} "))


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
