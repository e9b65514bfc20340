"""Alarms as data, and the dashboard that shows them."""

import json
import re
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
_LOG_HEIGHT = 6
_MOST_LOG_GROUPS = 50
"""Of a query. Source: CloudWatch Logs API, StartQuery, `logGroupNames`."""
_FAILURES = (
    "fields @timestamp, level, message, record.name, record.outcome, record.correlation_id, function_request_id "
    '| filter level = "ERROR" or record.outcome like /^failed/ | sort @timestamp desc | limit 50'
)


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
    """Of so many periods …"""
    breaching: int | None = None
    """… the statistic must be above it in so many; in all of them without it."""
    always_sent: bool = False
    """That nothing is sent any more is announced, too."""

    def description(self, runbooks: str | None) -> str:
        """What people read when it rings.

        Args:
            runbooks: address or folder of the runbooks; None where there are none.
        """
        page = f" Runbook: {runbooks.rstrip('/')}/{self.kind}.md" if runbooks else ""
        return f"[{self.severity}] {self.meaning}{page}"


def kebab(name: str) -> str:
    """The name of a metric or event as names of alarms have it: `BrokenBooks` is `broken-books`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def dashboard_body(measures: Sequence[Measure], log_groups: Sequence[str], region: str) -> str:
    """The dashboard as CloudWatch's JSON: a graph for each kind, and below them what failed, from the unit's logs.

    Args:
        measures: what the graphs show.
        log_groups: of the unit.
        region: where all of it is.
    """
    kinds: dict[str, list[Measure]] = {}
    for one in measures:
        kinds.setdefault(one.kind, []).append(one)
    graphs = [_widget(index, *pair, region) for index, pair in enumerate(kinds.items())]
    below = -(-len(graphs) // _WIDGETS_IN_A_ROW) * _WIDGET_HEIGHT
    starts = range(0, len(log_groups), _MOST_LOG_GROUPS)
    logs = [
        _failures(below + row * _LOG_HEIGHT, log_groups[start : start + _MOST_LOG_GROUPS], region)
        for row, start in enumerate(starts)
    ]
    return json.dumps({"widgets": [*graphs, *logs]})


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


def _failures(y: int, log_groups: Sequence[str], region: str) -> dict[str, object]:
    """A table of what went wrong, newest first: a query of Logs Insights, run when somebody opens the dashboard."""
    sources = " | ".join(f"SOURCE '{one}'" for one in log_groups)
    return {
        "type": "log",
        "x": 0,
        "y": y,
        "width": _WIDGETS_IN_A_ROW * _WIDGET_WIDTH,
        "height": _LOG_HEIGHT,
        "properties": {
            "title": "failures, newest first",
            "region": region,
            "view": "table",
            "query": f"{sources} | {_FAILURES}",
        },
    }


def _line(measure: Measure) -> list[object]:
    dimensions = [part for pair in sorted(measure.dimensions.items()) for part in pair]
    look = {"label": measure.thing, "stat": measure.statistic, "period": measure.period_seconds}
    return [measure.namespace, measure.metric, *dimensions, look]
