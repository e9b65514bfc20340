"""The report as one HTML page that needs nothing else."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from html import escape

from pbckit.cli.delivery.history import ALL_UNITS, Deployment
from pbckit.cli.delivery.measures import Delivery, Period

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; width: 100% } th, td { padding: .3rem .6rem; border-bottom: 1px solid #ddd }
td { text-align: right } td:first-child, th { text-align: left } svg { width: 100%; height: auto }
text { font: 12px system-ui, sans-serif; fill: #222 } line { stroke: #ddd }
.bar { fill: #4878a8 } .good { fill: #2f8f5b } .bad { fill: #c0392b }
"""
_MEASURES: dict[str, tuple[str, Callable[[Delivery], float | None]]] = {
    "Per week": ("", lambda one: one.per_week),
    "Lead time": ("h", lambda one: one.lead_time_hours),
    "Failed": ("%", lambda one: _percent(one.change_failure_rate)),
    "Restored in": ("h", lambda one: one.time_to_restore_hours),
    "Tests": ("s", lambda one: one.regression_cycle_seconds),
    "Commits alone": ("%", lambda one: _percent(one.alone)),
}
"""Title of each plot: the unit of measurement, and what is plotted. What they mean stands in `measures`."""
_ROW, _LABEL, _WIDTH = 24, 220, 900


def page(found: Sequence[Delivery], deployments: Sequence[Deployment], period: Period) -> str:
    """The whole page."""
    head = f"<meta charset=utf-8><title>Delivery</title><style>{_STYLE}</style>"
    span = f"{period.since:%Y-%m-%d} to {period.until:%Y-%m-%d}"
    parts = [
        f"<h1>Delivery, {span}</h1>",
        *_table(found),
        "<h2>Deployments</h2>",
        _timeline(found, deployments, period),
    ]
    parts += [f"<dl>{''.join(f'<dt>{term}<dd>{meaning}' for term, meaning in MEANINGS.items())}</dl>"]
    for title, (mark, value) in _MEASURES.items():
        parts += [f"<h2>{title}</h2>", _bars([(one.unit, value(one)) for one in found], mark)]
    return f"<!doctype html><html lang=en>{head}<body>{''.join(parts)}</body></html>\n"


def shown(value: float | None, mark: str = "") -> str:
    """A measure as people read it; a dash where there is none."""
    return "-" if value is None else f"{value:.1f}{f' {mark}' if mark else ''}"


def row(one: Delivery) -> list[str]:
    """A unit's measures in the order of `TITLES`."""
    return [one.unit, str(one.deployments), *(shown(value(one), mark) for mark, value in _MEASURES.values())]


MEANINGS = {
    "Per week": "deployments that succeeded, per week of the period",
    "Lead time": "from a commit that touches the unit to the end of the first deployment that has it; the median",
    "Failed": "deployments that failed, or that the next one took back, of all",
    "Restored in": "from the end of such a deployment to the end of the next that succeeded; the median",
    "Tests": "what the unit's own tests take in its pipeline: its regression cycle",
    "Commits alone": "commits that touch this unit and no other, of all that touch it",
}
"""What each measure is."""
TITLES = ["unit", "deployments", *(title.lower() for title in _MEASURES)]


def _table(found: Sequence[Delivery]) -> Iterator[str]:
    yield f"<table><tr>{''.join(f'<th>{title}' for title in TITLES)}</tr>"
    yield from (f"<tr>{''.join(f'<td>{escape(cell)}' for cell in row(one))}</tr>" for one in found)
    yield "</table>"


def _bars(values: Sequence[tuple[str, float | None]], mark: str) -> str:
    most = max((value or 0 for _, value in values), default=0) or 1
    lines: list[str] = []
    for index, (unit, value) in enumerate(values):
        y, length = index * _ROW, (value or 0) / most * (_WIDTH - _LABEL - 80)
        lines.append(f'<text x="0" y="{y + 16}">{escape(unit)}</text>')
        lines.append(f'<rect class="bar" x="{_LABEL}" y="{y + 4}" width="{length:.1f}" height="{_ROW - 8}"/>')
        lines.append(f'<text x="{_LABEL + length + 6:.1f}" y="{y + 16}">{shown(value, mark)}</text>')
    return _svg(len(values), lines)


def _timeline(found: Sequence[Delivery], deployments: Sequence[Deployment], period: Period) -> str:
    lines: list[str] = []
    for index, one in enumerate(found):
        y = index * _ROW + _ROW // 2
        lines.append(f'<text x="0" y="{y + 4}">{escape(one.unit)}</text>')
        lines.append(f'<line x1="{_LABEL}" x2="{_WIDTH}" y1="{y}" y2="{y}"/>')
        for deployment in deployments:
            if deployment.unit in (one.unit, ALL_UNITS) and period.holds(deployment.ended_at):
                colour = "good" if deployment.succeeded else "bad"
                title = f"<title>{deployment.ended_at:%Y-%m-%d %H:%M} {escape(deployment.message)}</title>"
                x = _at(deployment.ended_at, period)
                lines.append(f'<circle class="{colour}" cx="{x:.1f}" cy="{y}" r="5">{title}</circle>')
    return _svg(len(found), lines)


def _at(instant: datetime, period: Period) -> float:
    share = (instant - period.since) / (period.until - period.since) if period.until > period.since else 0.5
    return _LABEL + 8 + share * (_WIDTH - _LABEL - 16)


def _svg(rows: int, lines: Sequence[str]) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {max(rows, 1) * _ROW}">{"".join(lines)}</svg>'


def _percent(share: float | None) -> float | None:
    return None if share is None else share * 100
