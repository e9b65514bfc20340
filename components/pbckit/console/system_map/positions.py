"""Where the units of a program stand on every map of it."""

from pbckit.cli.topology import Topology
from pbckit.console.system_map.layout import Place, places

APART = ("Platform", "Operations")
"""Kinds that have to do with every unit: their lines would hide all others."""


def positions(shown: Topology) -> dict[str, Place]:
    """A place for each unit and each system outside; none for units that stand apart."""
    nodes = [*shown.outside, *(unit for unit, kind in shown.kinds.items() if kind not in APART)]
    edges = [(edge.source, edge.target) for edge in (*shown.events, *shown.calls)]
    return places(nodes, [edge for edge in edges if set(edge) <= set(nodes)])
