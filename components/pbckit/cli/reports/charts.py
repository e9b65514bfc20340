"""Charts as HTML: a drawing that has a name, and below it a table with the same figures.

Drawn by pygal as SVG without any script. The drawing is one image to a screen reader; the table has the rest.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

from pbckit.cli.reports.drawing import SERIES, WRONG, XY, HorizontalBar, of_charts
from pbckit.cli.reports.markup import table

_WIDTH, _LEGEND, _BAR, _ROOM = 860, 40, 18, 14
"""Of drawings: the width, the height of a legend and of a bar, and the room between groups of bars, in pixels."""
_LINE_HEIGHT, _LANE = 260, 30
_LONGEST_LABEL = 44
_TICKS = 8
_SVG = "{http://www.w3.org/2000/svg}"
_STEPS = tuple(
    timedelta(seconds=seconds)
    for seconds in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200)
) + tuple(timedelta(days=days) for days in (1, 2, 7, 14, 28, 91, 182, 364, 728))
"""What may lie between two ticks of an axis of time."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """Values of one kind, one for each label; None where there is none."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True, kw_only=True)
class Point:
    """A value that holds from an instant on."""

    at: datetime
    value: float
    title: str
    marked: bool = False
    """Drawn as something that went wrong."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Something that happened at an instant, in a lane."""

    lane: str
    at: datetime
    title: str
    wrong: bool


def bars(title: str, label: str, labels: Sequence[str], series: Sequence[Series], unit: str) -> str:
    """Bars side by side for each label, the first label on top.

    Args:
        title: of the chart.
        label: what the labels are, for the table.
        labels: of the groups.
        series: at most two; each has a value for each label.
        unit: of the values; may be empty.
    """
    rows = [[name, *(shown(one.values[place]) for one in series)] for place, name in enumerate(labels)]
    columns = [label, *(f"{one.name}, {unit}" if unit else one.name for one in series)]
    values = [value for one in series for value in one.values if value is not None]
    if not any(values):
        return table(title, columns, rows if values else [])
    several = len(series) > 1
    chart: Any = HorizontalBar(
        **_common(SERIES[: len(series)]),
        height=len(labels) * (len(series) * _BAR + _ROOM) + 40 + (_LEGEND if several else 0),
        show_legend=several,
        value_formatter=shown,
        truncate_label=_LONGEST_LABEL,
    )
    # pygal draws the last label and the last series on top.
    chart.x_labels = [_cut(name) for name in reversed(labels)]
    for one in series:
        chart.add(one.name, list(reversed(one.values)))
    return figure(title, _drawing(chart, title), columns, rows)


def steps(title: str, points: Sequence[Point], end: datetime, most: float, unit: str) -> str:
    """Values that hold until the next one begins.

    Args:
        title: of the chart.
        points: in the order of their instants.
        end: until when the last value holds.
        most: upper end of the axis of values.
        unit: of the values.
    """
    corners = [(one.at, one.value) for one in points[:1]]
    for before, after in pairwise(points):
        corners += [(after.at, before.value), (after.at, after.value)]
    corners.append((max(end, points[-1].at), points[-1].value))
    chart: Any = XY(
        **_common((SERIES[0], WRONG)), height=_LINE_HEIGHT, show_legend=False, range=(0, most), value_formatter=shown
    )
    _time_axis(chart, points[0].at, corners[-1][0])
    chart.add(title, [(at.timestamp(), value) for at, value in corners], show_dots=False)
    marked = [(one.at.timestamp(), one.value) for one in points if one.marked]
    chart.add("went back", marked, stroke=False, dots_size=5)
    rows = [(f"{one.at:%Y-%m-%d %H:%M:%S}", shown(one.value), one.title) for one in points]
    return figure(title, _drawing(chart, title), ["since (UTC)", f"value, {unit}", "what"], rows)


def timeline(title: str, lanes: Sequence[str], marks: Sequence[Mark], since: datetime, until: datetime) -> str:
    """What happened when, in lanes, the first lane on top.

    Args:
        title: of the chart.
        lanes: names of the lanes.
        marks: each in one of the lanes.
        since: start of the axis.
        until: end of the axis.
    """
    columns, ordered = ["where", "when (UTC)", "outcome", "what"], sorted(marks, key=lambda one: (one.lane, one.at))
    rows = [(one.lane, f"{one.at:%Y-%m-%d %H:%M}", "failed" if one.wrong else "well", one.title) for one in ordered]
    if not marks:
        return figure(title, "", columns, rows)
    height = {lane: len(lanes) - place for place, lane in enumerate(lanes)}
    chart: Any = XY(
        **_common((SERIES[0], WRONG)),
        height=len(lanes) * _LANE + 40 + _LEGEND,
        stroke=False,
        dots_size=5,
        range=(0, len(lanes) + 1),
    )
    _time_axis(chart, since, until)
    chart.y_labels = [{"value": place, "label": _cut(lane)} for lane, place in height.items()]
    for name, wrong in (("well", False), ("failed", True)):
        chart.add(name, [(one.at.timestamp(), height[one.lane]) for one in marks if one.wrong is wrong])
    return figure(title, _drawing(chart, title), columns, rows)


def figure(title: str, drawing: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A drawing with its title and, to be opened, the table of what is drawn; without a drawing, the table alone."""
    figures = table(title, columns, rows)
    if not drawing:
        return figures
    return (
        f'<figure class="chart"><figcaption>{escape(title)}</figcaption>'
        f'<div class="wide" tabindex="0" role="region" aria-label="Chart: {escape(title)}">{drawing}</div>'
        f"<details><summary>As a table</summary>{figures}</details></figure>"
    )


def shown(value: float | None) -> str:
    """A figure as people read it: at most one decimal; a dash where there is none."""
    return "-" if value is None else f"{value:.1f}".removesuffix(".0")


def ticks(since: datetime, until: datetime) -> list[datetime]:
    """Round instants between two, at most `_TICKS` of them."""
    span = until - since
    step = next((one for one in _STEPS if span / one <= _TICKS - 1), _STEPS[-1] * (1 + span // (_STEPS[-1] * _TICKS)))
    start = datetime(2024, 1, 1, tzinfo=UTC)  # A Monday, so that weeks begin on one.
    first = start + -(-(since - start) // step) * step
    return [first + number * step for number in range((until - first) // step + 1)] or [since]


def _time_axis(chart: Any, since: datetime, until: datetime) -> None:
    until = max(until, since + timedelta(seconds=1))
    at = ticks(since, until)
    chart.xrange = since.timestamp(), until.timestamp()
    chart.x_labels = [one.timestamp() for one in at]
    chart.x_value_formatter = _instants(at)


def _instants(at: Sequence[datetime]) -> Callable[[float], str]:
    """How ticks are written: no finer than they are."""
    if all((one.hour, one.minute, one.second) == (0, 0, 0) for one in at):
        pattern = "%Y-%m-%d"
    elif at[0].date() != at[-1].date():
        pattern = "%m-%d %H:%M"
    else:
        pattern = "%H:%M:%S" if any(one.second for one in at) else "%H:%M"
    return lambda stamp: f"{datetime.fromtimestamp(stamp, UTC):{pattern}}"


def _common(colours: Sequence[str]) -> dict[str, Any]:
    return {
        "style": of_charts(*colours),
        "width": _WIDTH,
        "js": [],
        "margin": 6,
        "margin_right": 36,  # Half a label of the last tick.
        "legend_at_bottom": True,
        "legend_box_size": 10,
        "truncate_legend": -1,
        "show_x_guides": True,
        "x_label_rotation": 0,
    }


def _drawing(chart: Any, title: str) -> str:
    """The SVG alone: as one image with a name, without scripts, and the same for the same values."""
    root: ET.Element = chart.render_tree()
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag is ET.Comment or child.tag in (f"{_SVG}script", "script"):
                parent.remove(child)
    for name in [name for name in root.attrib if name.startswith("xmlns") or name == "id"]:
        del root.attrib[name]
    root.set("role", "img")
    root.set("aria-label", title)
    text = ET.tostring(root, encoding="unicode", short_empty_elements=True)
    name = f"chart-{re.sub('[^a-z0-9]+', '-', title.lower()).strip('-')}"
    text = re.sub(r"chart-[0-9a-f]{8}-[0-9a-f-]{27}", name, text)
    return text.replace("<svg ", f'<svg id="{name}" ', 1)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 1]}…"
