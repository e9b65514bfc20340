"""Where each unit stands on the map: a column by how far down the flow it is, a row near its neighbours."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

Pair = tuple[str, str]


class Place(NamedTuple):
    """Column from the left, row from the top, both from 0."""

    column: int
    row: int


def size(standing: Iterable[Place]) -> tuple[int, int]:
    """Columns and rows that these places need."""
    there = list(standing)
    return max(place.column for place in there) + 1, max(place.row for place in there) + 1


def places(nodes: Sequence[str], edges: Iterable[Pair]) -> dict[str, Place]:
    """A place for each node, so that most edges go from left to right.

    Args:
        nodes: all of them; their order decides where nothing else does.
        edges: from and to. Where they form a circle, the edge back goes from right to left.
    """
    forward = _without_circles(nodes, [(source, target) for source, target in edges if source != target])
    columns: dict[int, list[str]] = defaultdict(list)
    for node, column in _columns(nodes, forward).items():
        columns[column].append(node)
    rows = _rows(columns, forward)
    return {node: Place(column, rows[node]) for column, there in columns.items() for node in there}


def _without_circles(nodes: Sequence[str], edges: Sequence[Pair]) -> list[Pair]:
    """The edges without those that lead back to a node on the way to them."""
    onward: dict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        onward[source].append(target)
    kept: list[Pair] = []
    open_: set[str] = set()
    done: set[str] = set()

    def visit(node: str) -> None:
        open_.add(node)
        for target in onward[node]:
            if target in open_:
                continue
            kept.append((node, target))
            if target not in done:
                visit(target)
        open_.remove(node)
        done.add(node)

    entered = {target for _, target in edges}
    for node in sorted(nodes, key=lambda node: node in entered):  # Sources first: they are where the flow begins.
        if node not in done:
            visit(node)
    return kept


def _columns(nodes: Sequence[str], edges: Sequence[Pair]) -> dict[str, int]:
    """The length of the longest way to each node."""
    before: dict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        before[target].append(source)
    found: dict[str, int] = {}

    def column(node: str) -> int:
        if node not in found:
            found[node] = max((column(source) + 1 for source in before[node]), default=0)
        return found[node]

    return {node: column(node) for node in nodes}


def _rows(columns: Mapping[int, Sequence[str]], edges: Sequence[Pair]) -> dict[str, int]:
    """Rows by the mean row of the neighbours in the columns before: it keeps edges short."""
    before: dict[str, list[str]] = defaultdict(list)
    for source, target in edges:
        before[target].append(source)
    rows: dict[str, int] = {}
    for column in sorted(columns):
        there = columns[column]
        means = {node: _mean([rows[source] for source in before[node] if source in rows]) for node in there}
        rows |= {node: row for row, node in enumerate(sorted(there, key=means.__getitem__))}
    return rows


def _mean(rows: Sequence[int]) -> float:
    return sum(rows) / len(rows) if rows else float("inf")
