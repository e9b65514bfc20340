"""When an alarm rings, by CloudWatch's rules. ministack's own evaluation looks neither at dimensions nor at periods.

CloudWatch User Guide, "Alarm evaluation" and "Configuring how CloudWatch alarms treat missing data": each of the last
`EvaluationPeriods` periods has a statistic; as many as `DatapointsToAlarm` of them must be beyond the threshold.
"""

import operator
import time
from collections.abc import Callable, Mapping
from typing import Any, Literal

from ministack.services import cloudwatch

State = Literal["OK", "ALARM", "INSUFFICIENT_DATA"]

_BEYOND: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanOrEqualToThreshold": operator.le,
    "LessThanThreshold": operator.lt,
}


def install() -> None:
    """Take ministack's place."""
    cloudwatch._evaluate_alarm = evaluate


def evaluate(alarm: dict[str, Any]) -> None:
    """Give an alarm on one metric its state, and announce it where it is another one than before."""
    if not alarm.get("MetricName"):
        return
    before, state = alarm["StateValue"], _state(alarm, time.time())
    if state is None or state == before:
        return
    reason = f"{alarm.get('ExtendedStatistic') or alarm['Statistic']} against the threshold {alarm['Threshold']:g}"
    alarm.update(StateValue=state, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
    cloudwatch._record_history(alarm["AlarmName"], before, state, reason)
    cloudwatch._dispatch_alarm_actions(alarm, before, state, reason)
    cloudwatch._evaluate_parent_alarms(alarm)


def _state(alarm: Mapping[str, Any], now: float) -> State | None:
    """The state of an alarm; None where it keeps the one that it has."""
    values = _values(alarm, now)
    beyond = _BEYOND[alarm["ComparisonOperator"]]
    missing = alarm.get("TreatMissingData", "missing")
    known = [value for value in values if value is not None]
    if not known and missing in ("missing", "ignore"):
        return "INSUFFICIENT_DATA" if missing == "missing" else None
    bad = sum(beyond(value, alarm["Threshold"]) for value in known)
    bad += (len(values) - len(known)) * (missing == "breaching")
    return "ALARM" if bad >= (alarm.get("DatapointsToAlarm") or len(values)) else "OK"


def _values(alarm: Mapping[str, Any], now: float) -> list[float | None]:
    """The statistic of each of the last periods, the newest first; None where a period has no data."""
    dimensions = {one["Name"]: one["Value"] for one in alarm.get("Dimensions", [])}
    key = (alarm["Namespace"], alarm["MetricName"], cloudwatch._dims_key(dimensions))
    points = cloudwatch._metrics.get(key) or []
    period, statistic = alarm["Period"], alarm.get("ExtendedStatistic") or alarm["Statistic"]
    by_age: dict[int, list[dict[str, Any]]] = {}
    for point in points:
        by_age.setdefault(int((now - point["Timestamp"]) // period), []).append(point)
    return [_statistic(by_age[age], statistic) if age in by_age else None for age in range(alarm["EvaluationPeriods"])]


def _statistic(points: list[dict[str, Any]], name: str) -> float | None:
    return cloudwatch._stat_value(cloudwatch._calc_stats(points), name, points)
