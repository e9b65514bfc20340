"""The report as one HTML page that needs nothing else."""

from collections.abc import Callable, Sequence

from pbckit.cli.delivery.history import ALL_UNITS, Deployment
from pbckit.cli.delivery.measures import Delivery, Period
from pbckit.cli.reports import charts
from pbckit.cli.reports.markup import table
from pbckit.cli.reports.style import document

_MEASURES: dict[str, tuple[str, Callable[[Delivery], float | None]]] = {
    "Per week": ("", lambda one: one.per_week),
    "Lead time": ("h", lambda one: one.lead_time_hours),
    "Failed": ("%", lambda one: _percent(one.change_failure_rate)),
    "Restored in": ("h", lambda one: one.time_to_restore_hours),
    "Tests": ("s", lambda one: one.regression_cycle_seconds),
    "Commits alone": ("%", lambda one: _percent(one.alone)),
}
"""Title of each plot: the unit of measurement, and what is plotted. What they mean stands in `measures`."""


def page(found: Sequence[Delivery], deployments: Sequence[Deployment], period: Period) -> str:
    """The whole page."""
    return document(f"Delivery, {spoken(period)}", sections(found, deployments, period))


def spoken(period: Period) -> str:
    """The days of a period."""
    return f"{period.since:%Y-%m-%d} to {period.until:%Y-%m-%d}"


def sections(found: Sequence[Delivery], deployments: Sequence[Deployment], period: Period) -> str:
    """Charts and tables, as HTML: the measures of all units, the deployments, and a chart of each measure."""
    units = [one.unit for one in found]
    marks = [
        charts.Mark(lane=unit, at=one.ended_at, title=one.message, wrong=not one.succeeded)
        for unit in units
        for one in deployments
        if one.unit in (unit, ALL_UNITS) and period.holds(one.ended_at)
    ]
    return "".join(
        [
            table("Measures", TITLES, map(row, found)),
            f"<dl>{''.join(f'<dt>{term}</dt><dd>{meaning}</dd>' for term, meaning in MEANINGS.items())}</dl>",
            charts.timeline("Deployments", units, marks, period.since, period.until),
            *(_chart(title, mark, units, [value(one) for one in found]) for title, (mark, value) in _MEASURES.items()),
        ]
    )


def _chart(title: str, mark: str, units: Sequence[str], values: Sequence[float | None]) -> str:
    name = f"{title}, in {_SPELLED[mark]}" if mark else title
    return charts.bars(name, "unit", units, [charts.Series(name=title.lower(), values=values)], mark)


_SPELLED = {"h": "hours", "%": "percent", "s": "seconds"}


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


def _percent(share: float | None) -> float | None:
    return None if share is None else share * 100
