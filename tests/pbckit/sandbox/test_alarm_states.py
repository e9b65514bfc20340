"""When an alarm on the embedded AWS rings: by CloudWatch's rules on periods, dimensions and missing data."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from ministack.services import cloudwatch

from pbckit.sandbox.alarm_states import evaluate

DIMENSIONS = {"service": "orders"}
ALARM = {
    "AlarmName": "a",
    "Namespace": "shop",
    "MetricName": "Late",
    "Dimensions": [{"Name": "service", "Value": "orders"}],
    "Statistic": "Average",
    "Period": 60,
    "EvaluationPeriods": 3,
    "DatapointsToAlarm": 2,
    "Threshold": 0.5,
    "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching",
    "StateValue": "INSUFFICIENT_DATA",
    "ActionsEnabled": False,
}


@pytest.fixture(autouse=True)
def nothing_measured() -> Iterator[None]:
    cloudwatch._metrics.clear()
    yield
    cloudwatch._metrics.clear()


def after(points: list[tuple[int, float]], dimensions: dict[str, str] = DIMENSIONS, **changes: Any) -> str:
    """The state of an alarm after points, each with its age in periods."""
    for age, value in points:
        at = time.time() - (age + 0.5) * 60
        cloudwatch._store_datum("shop", "Late", dimensions, at, "None", value, None, None, None)
    alarm = {**ALARM, **changes}
    evaluate(alarm)
    return str(alarm["StateValue"])


@pytest.mark.parametrize(
    ("points", "state"),
    [
        ([(0, 1)], "OK"),  # one bad period of the two that ring it
        ([(0, 1), (2, 1)], "ALARM"),
        ([(0, 1), (3, 1)], "OK"),  # the other one is too old
        ([(0, 1), (0, 0), (1, 1)], "OK"),  # 0.5 is the threshold, not above it
        ([(0, 1), (0, 1), (0, 0), (1, 1)], "ALARM"),
        ([], "OK"),
    ],
)
def test_so_many_of_the_last_periods_ring_it(points: list[tuple[int, float]], state: str):
    assert after(points) == state


def test_the_metric_of_another_unit_does_not_count():
    assert after([(0, 1), (1, 1)], {"service": "stock"}) == "OK"


@pytest.mark.parametrize(
    ("missing", "state"),
    [("breaching", "ALARM"), ("notBreaching", "OK"), ("missing", "INSUFFICIENT_DATA"), ("ignore", "ALARM")],
)
def test_what_is_missing_is_treated_as_the_alarm_says(missing: str, state: str):
    assert after([], TreatMissingData=missing, StateValue="ALARM") == state


@pytest.mark.parametrize(
    ("comparison", "state"),
    [
        ("GreaterThanOrEqualToThreshold", "ALARM"),
        ("GreaterThanThreshold", "OK"),
        ("LessThanOrEqualToThreshold", "ALARM"),
        ("LessThanThreshold", "OK"),
    ],
)
def test_each_comparison_at_the_threshold(comparison: str, state: str):
    assert after([(0, 0.5), (1, 0.5), (2, 0.5)], ComparisonOperator=comparison) == state
