"""Alarms as data, and the dashboard that shows them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Statistic = Literal["Sum", "Maximum", "Average"]
_WIDGET_WIDTH = 8
_WIDGET_HEIGHT = 5
_WIDGETS_IN_A_ROW = 3


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """A metric and the value from which on somebody must look."""

    thing: str
    """Kebab-case name of the alarm within the unit."""
    meaning: str
    """What is wrong when it fires, and what to do first."""
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: Statistic
    threshold: float
    """The alarm fires when the statistic is above it."""
    period_seconds: int = 60
    periods: int = 1


def dashboard_body(alarms: Sequence[Alarm], region: str) -> str:
    """The dashboard as CloudWatch's JSON."""
    return json.dumps({"widgets": [_widget(index, alarm, region) for index, alarm in enumerate(alarms)]})


def _widget(index: int, alarm: Alarm, region: str) -> dict[str, object]:
    row, column = divmod(index, _WIDGETS_IN_A_ROW)
    dimensions = [part for pair in sorted(alarm.dimensions.items()) for part in pair]
    return {
        "type": "metric",
        "x": column * _WIDGET_WIDTH,
        "y": row * _WIDGET_HEIGHT,
        "width": _WIDGET_WIDTH,
        "height": _WIDGET_HEIGHT,
        "properties": {
            "title": alarm.thing,
            "region": region,
            "metrics": [[alarm.namespace, alarm.metric, *dimensions]],
            "stat": alarm.statistic,
            "period": alarm.period_seconds,
            "annotations": {"horizontal": [{"label": "alarm", "value": alarm.threshold}]},
        },
    }
