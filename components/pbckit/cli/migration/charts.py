"""Small charts as SVG text: they stand in a page without any script or other file."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 860, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 16, 44
_LINES = 4
COLOURS = ("#8c6d1f", "#1f5f8c")


@dataclass(frozen=True, kw_only=True)
class Point:
    """A value that holds from a place on."""

    at: float
    """Place on the x axis, in seconds since the first one."""
    value: float
    title: str
    marked: bool = False
    """Drawn as something that went wrong."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """Values of one kind, one for each label; None where there is none."""

    name: str
    values: Sequence[float | None]


def steps(points: Sequence[Point], end: float, top: float, unit: str) -> str:
    """Values that hold until the next one begins.

    Args:
        points: in the order of their places.
        end: place where the last value still holds.
        top: upper end of the y axis.
        unit: of the values.
    """
    span = max(end, 1.0)

    def x(at: float) -> float:
        return _LEFT + at / span * (_WIDTH - _LEFT - _RIGHT)

    path: list[str] = []
    marks: list[str] = []
    for number, point in enumerate(points):
        until = points[number + 1].at if number + 1 < len(points) else end
        y = _y(point.value, top)
        path.append(f"{'L' if path else 'M'}{x(point.at):.1f},{y:.1f}L{x(until):.1f},{y:.1f}")
        colour = "#b02a30" if point.marked else COLOURS[1]
        marks.append(
            f'<circle cx="{x(point.at):.1f}" cy="{y:.1f}" r="{5 if point.marked else 3}" fill="{colour}">'
            f"<title>{escape(point.title)}</title></circle>"
        )
    axis = "".join(
        f'<text x="{x(span * part / _LINES):.1f}" y="{_HEIGHT - 22}" text-anchor="middle">'
        f"{span * part / _LINES:.0f} s</text>"
        for part in range(_LINES + 1)
    )
    line = f'<path d="{"".join(path)}" fill="none" stroke="{COLOURS[1]}" stroke-width="2"/>'
    return _svg(_grid(top, unit) + axis + line + "".join(marks))


def bars(labels: Sequence[str], series: Sequence[Series], unit: str) -> str:
    """Bars beside each other for each label.

    Args:
        labels: of the groups.
        series: at most two; each has a value for each label.
        unit: of the values.
    """
    values = [value for one in series for value in one.values if value is not None]
    top = max([*values, 1.0])
    group = (_WIDTH - _LEFT - _RIGHT) / max(len(labels), 1)
    bar = min(28.0, group * 0.7 / max(len(series), 1))
    drawn: list[str] = []
    for place, label in enumerate(labels):
        middle = _LEFT + (place + 0.5) * group
        for number, one in enumerate(series):
            value = one.values[place]
            if value is not None:
                y = _y(value, top)
                left = middle + (number - len(series) / 2) * bar
                drawn.append(
                    f'<rect x="{left:.1f}" y="{y:.1f}" width="{bar - 2:.1f}" height="{_HEIGHT - _BOTTOM - y:.1f}" '
                    f'fill="{COLOURS[number]}"><title>{escape(f"{one.name}, {label}: {value:g} {unit}")}</title></rect>'
                )
        drawn.append(f'<text x="{middle:.1f}" y="{_HEIGHT - 26}" text-anchor="middle">{escape(label)}</text>')
    legend = "".join(
        f'<rect x="{_LEFT + 130 * number}" y="{_HEIGHT - 12}" width="10" height="10" fill="{COLOURS[number]}"/>'
        f'<text x="{_LEFT + 130 * number + 16}" y="{_HEIGHT - 3}">{escape(one.name)}</text>'
        for number, one in enumerate(series)
    )
    return _svg(_grid(top, unit) + "".join(drawn) + legend)


def _y(value: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - value / top * (_HEIGHT - _TOP - _BOTTOM)


def _grid(top: float, unit: str) -> str:
    parts: list[str] = []
    for number in range(_LINES + 1):
        value = top * number / _LINES
        y = _y(value, top)
        parts.append(f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g} {escape(unit)}</text>')
    return "".join(parts)


def _svg(content: str) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" xmlns="http://www.w3.org/2000/svg">{content}</svg>'
