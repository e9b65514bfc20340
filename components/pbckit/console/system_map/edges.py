"""The lines between units, as SVG. They are decoration: the table below the map says the same."""

from collections.abc import Container, Iterable, Mapping
from html import escape

from pbckit.console.system_map.figures import Kind, Traffic
from pbckit.console.system_map.layout import Place, size

CELL_WIDTH, CELL_HEIGHT = 204, 112
"""Pixels, as in `console.css`."""
_CARD_WIDTH, _CARD_HEIGHT = 164, 84
_BESIDE = (CELL_WIDTH - _CARD_WIDTH) / 2
_MIDDLE = CELL_HEIGHT / 2
_ABOVE = 7
"""How far above cards a line passes."""
_ARC = 18
"""How high a line back rises."""


def drawing(
    places: Mapping[str, Place], lines: Iterable[Traffic], walked: Container[tuple[Kind, str, str]] = ()
) -> str:
    """All lines between units that stand somewhere.

    Args:
        places: of the units.
        lines: between them.
        walked: those that stand out, by kind, source and target.
    """
    columns, rows = size(places.values())
    width, height = columns * CELL_WIDTH, rows * CELL_HEIGHT
    there = [line for line in lines if line.edge.source in places and line.edge.target in places]
    body = "".join(_line(one, places, (one.kind, one.edge.source, one.edge.target) in walked) for one in there)
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" aria-hidden="true">'
        f"<defs>{''.join(_arrow(kind) for kind in ('event', 'call'))}</defs>{body}</svg>"
    )


def _arrow(kind: str) -> str:
    return (
        f'<marker id="{kind}-head" class="{kind}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        f'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L8 4L0 8z"/></marker>'
    )


def _line(line: Traffic, places: Mapping[str, Place], stands_out: bool) -> str:  # noqa: FBT001 of this file only
    path = _path(places[line.edge.source], places[line.edge.target])
    look = f"{line.kind}{' flows' if line.per_minute else ''}{' walked' if stands_out else ''}"
    title = f"{line.edge.source} → {line.edge.target}: {', '.join(line.edge.names)}"
    return f'<path class="{look}" d="{path}" marker-end="url(#{line.kind}-head)"><title>{escape(title)}</title></path>'


def _path(source: Place, target: Place) -> str:
    """From the right side of a card to the left side of one further on; else from top to top."""
    if source.column < target.column:
        return _forward(source, target)
    (x1, y1), (x2, y2) = _top(source), _top(target)
    height = min(y1, y2) - _ARC
    return f"M{x1} {y1} C{x1} {height} {x2} {height} {x2} {y2}"


def _forward(source: Place, target: Place) -> str:
    x1, x2 = source.column * CELL_WIDTH + CELL_WIDTH - _BESIDE, target.column * CELL_WIDTH + _BESIDE
    y1, y2 = source.row * CELL_HEIGHT + _MIDDLE, target.row * CELL_HEIGHT + _MIDDLE
    if source.row == target.row and target.column - source.column > 1:
        # Cards stand between them: over their heads.
        top, bend = y1 - _CARD_HEIGHT / 2 - _ABOVE, _BESIDE
        return (
            f"M{x1} {y1} C{x1 + bend} {y1} {x1} {top} {x1 + bend} {top} "
            f"L{x2 - bend} {top} C{x2} {top} {x2 - bend} {y2} {x2} {y2}"
        )
    bend = (x2 - x1) / 2
    return f"M{x1} {y1} C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"


def _top(place: Place) -> tuple[float, float]:
    return (place.column + 0.5) * CELL_WIDTH, place.row * CELL_HEIGHT + (CELL_HEIGHT - _CARD_HEIGHT) / 2
