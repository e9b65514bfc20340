"""Alarms as data, and the dashboard that shows them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Statistic = Literal["Sum", "Maximum", "Average"]
Severity = Literal["page", "ticket"]
"""`page`: people feel it or data is at risk, somebody must look now. `ticket`: it can wait for the working day."""
TOPICS: Mapping[Severity, str] = {"page": "alarms", "ticket": "tickets"}
"""What the platform calls the topic of each severity."""
_WIDGET_WIDTH = 8
_WIDGET_HEIGHT = 5
_WIDGETS_IN_A_ROW = 3


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A metric that a unit's dashboard shows."""

    thing: str
    """Kebab-case name of what is measured, or of its alarm, within the unit."""
    kind: str
    """What the metric tells, in kebab case: those of a kind share a graph. Of an alarm, the name of its runbook."""
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: Statistic
    period_seconds: int = 60


@dataclass(frozen=True, kw_only=True)
class Alarm(Measure):
    """A metric and the value from which on somebody must look."""

    severity: Severity = "ticket"
    meaning: str
    """What is wrong when it fires, and what to do first."""
    threshold: float
    """The alarm fires when the statistic is above it."""
    periods: int = 1

    def description(self, runbooks: str | None) -> str:
        """What people read when it rings.

        Args:
            runbooks: address or folder of the runbooks; None where there are none.
        """
        page = f" Runbook: {runbooks.rstrip('/')}/{self.kind}.md" if runbooks else ""
        return f"[{self.severity}] {self.meaning}{page}"


def dashboard_body(measures: Sequence[Measure], region: str) -> str:
    """The dashboard as CloudWatch's JSON: a graph for each kind."""
    kinds: dict[str, list[Measure]] = {}
    for one in measures:
        kinds.setdefault(one.kind, []).append(one)
    return json.dumps({"widgets": [_widget(index, *pair, region) for index, pair in enumerate(kinds.items())]})


def _widget(index: int, kind: str, measures: Sequence[Measure], region: str) -> dict[str, object]:
    row, column = divmod(index, _WIDGETS_IN_A_ROW)
    thresholds = sorted({one.threshold for one in measures if isinstance(one, Alarm)})
    return {
        "type": "metric",
        "x": column * _WIDGET_WIDTH,
        "y": row * _WIDGET_HEIGHT,
        "width": _WIDGET_WIDTH,
        "height": _WIDGET_HEIGHT,
        "properties": {
            "title": kind,
            "region": region,
            "metrics": [_line(one) for one in measures],
            "annotations": {"horizontal": [{"label": "alarm", "value": value} for value in thresholds]},
        },
    }


def _line(measure: Measure) -> list[object]:
    dimensions = [part for pair in sorted(measure.dimensions.items()) for part in pair]
    look = {"label": measure.thing, "stat": measure.statistic, "period": measure.period_seconds}
    return [measure.namespace, measure.metric, *dimensions, look]
