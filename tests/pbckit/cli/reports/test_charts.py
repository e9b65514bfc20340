"""Charts: the drawing has a name and loads nothing, the table has the figures, ticks are round."""

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pbckit.cli.reports.charts import Mark, Point, Series, bars, steps, ticks, timeline
from pbckit.cli.reports.style import DARK, LIGHT, document
from tests.html_pages import Chart, HtmlPage

AT = datetime(2026, 11, 26, 12, 0, 7, tzinfo=UTC)
BOTH = [Series(name="legacy", values=[30, None]), Series(name="candidate", values=[115.25, 22])]


def chart(html: str) -> Chart:
    page = HtmlPage(document("Charts", html))
    assert page.loads == []
    [found] = page.charts
    return found


def test_the_table_of_bars_has_their_values():
    found = chart(bars("Times", "routing", ["1: shadow", "2: <b>"], BOTH, "ms"))
    assert found.names == ["Times"]
    assert found.rows == [
        ["routing", "legacy, ms", "candidate, ms"],
        ["1: shadow", "30", "115.2"],
        ["2: <b>", "-", "22"],
    ]


def test_bars_are_as_long_as_their_values_and_stand_at_their_labels():
    html = bars("Times", "routing", ["a", "b"], BOTH, "ms")
    drawn = [
        (float(y), float(width))
        for y, width in re.findall(r'<rect[^>]* y="([0-9.]+)"[^>]* width="([0-9.]+)"[^>]*class="rect', html)
        if float(width) > 0
    ]
    widths = [width for _, width in sorted(drawn)]
    assert [width / widths[-1] for width in widths] == pytest.approx([30 / 22, 115.25 / 22, 1], rel=0.01)
    labels = {name: float(y) for y, name in re.findall(r'<text[^>]* y="([0-9.]+)"[^>]*>([ab])</text>', html)}
    assert labels["a"] < labels["b"]


def test_steps_hold_until_the_next_and_mark_what_went_wrong():
    points = [
        Point(at=AT + timedelta(seconds=at), value=value, title=f"share {value}", marked=at == 60)
        for at, value in ((0, 0), (30, 25), (60, 5))
    ]
    html = steps("Share", points, AT + timedelta(seconds=90), 100, "%")
    assert chart(html).rows[1:] == [
        ["2026-11-26 12:00:07", "0", "share 0"],
        ["2026-11-26 12:00:37", "25", "share 25"],
        ["2026-11-26 12:01:07", "5", "share 5"],
    ]
    assert html.count("<circle") == 1
    assert "12:00:15" in html


def test_a_timeline_has_a_dot_for_each_mark_in_the_lane_of_its_name():
    marks = [Mark(lane="b", at=AT, title="up <x>", wrong=False), Mark(lane="a", at=AT, title="down", wrong=True)]
    html = timeline("Deployments", ["a", "b"], marks, AT - timedelta(days=20), AT)
    assert chart(html).rows[1:] == [
        ["a", "2026-11-26 12:00", "failed", "down"],
        ["b", "2026-11-26 12:00", "well", "up <x>"],
    ]
    heights = [float(y) for y in re.findall(r'<circle cx="[0-9.]+" cy="([0-9.]+)"', html)]
    assert len(heights) == 2
    assert heights[0] > heights[1], "the lane named first is on top; what went well is drawn first"


def test_without_values_there_is_no_empty_drawing():
    for html in (
        bars("Times", "unit", ["a"], [Series(name="times", values=[None])], "s"),
        timeline("Deployments", ["a"], [], AT, AT),
    ):
        assert "<svg" not in html
        assert "<figure" not in html


def test_the_same_figures_are_the_same_text():
    first, second = (bars("Times", "routing", ["a", "b"], BOTH, "ms") for _ in range(2))
    assert first == second


def test_dark_has_every_colour_of_light_and_charts_use_no_other():
    assert LIGHT.keys() == DARK.keys()
    used = set(re.findall(r"var\(--([a-z]+)\)", document("x", bars("Times", "routing", ["a", "b"], BOTH, "ms"))))
    assert used <= LIGHT.keys()
    assert not re.findall(r"(?:fill|stroke): ?#[0-9a-f]{3,6}", bars("Times", "routing", ["a", "b"], BOTH, "ms"))


@given(st.integers(0, 10**9), st.floats(1, 3600 * 24 * 365 * 50))
def test_ticks_are_few_round_and_on_the_axis(begin: int, seconds: float):
    since = AT - timedelta(seconds=begin)
    until = since + timedelta(seconds=seconds)
    found = ticks(since, until)
    assert 1 <= len(found) <= 8
    if len(found) > 1:
        assert all(since <= one <= until for one in found)
        [step] = {after - before for before, after in pairwise(found)}
        whole = min(timedelta(days=1), step)
        assert all((one - datetime(2024, 1, 1, tzinfo=UTC)) % whole == timedelta(0) for one in found)
