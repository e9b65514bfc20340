"""What a unit promises of its events is data, and rings when it is spent too fast."""

import json

import pytest

from contracts.points_calculation import PointsAdjusted, PointsCalculated
from contracts.points_ledger import HOLD
from pbckit.infra.service_levels import AnswerLevel, InvalidServiceLevel, ServiceLevel
from pbckit.sandbox.graph import Graph
from pbcs.points_ledger import LEVELS

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def level(percent: float = 99, within_seconds: int = 60) -> ServiceLevel:
    return ServiceLevel(
        event=PointsCalculated, within_seconds=within_seconds, percent=percent, promise="It is there in a minute."
    )


def test_a_page_for_two_days_to_the_end_of_the_allowance_and_a_ticket_for_ten():
    fast, slow = level().alarms("shop/dev", "orders")
    assert [(one.severity, one.threshold, one.metric) for one in (fast, slow)] == [
        ("page", 0.144, "LatePointsCalculated"),
        ("ticket", 0.03, "LatePointsCalculated"),
    ]
    assert [(one.periods, one.breaching, one.period_seconds) for one in (fast, slow)] == [(12, 3, 300), (24, 6, 3600)]
    assert fast.description("docs/runbooks") == (
        "[page] It is there in a minute. So promised of 99 %; at this rate the allowance of late ones of 30 days is "
        "used up in 2. Runbook: docs/runbooks/service-level-broken.md"
    )


@pytest.mark.parametrize("percent", [94.99, 99.991, 100, 0, -1])
def test_an_objective_that_no_alarm_can_hold_is_refused(percent: float):
    with pytest.raises(InvalidServiceLevel, match=r"PointsCalculated: percent is .*, allowed: 95 to 99\.99"):
        level(percent)


@pytest.mark.parametrize("percent", [95, 99.99])
def test_every_allowed_objective_can_ring(percent: float):
    assert all(0 < alarm.threshold < 1 for alarm in level(percent).alarms("n", "u"))


def test_a_limit_below_a_second_is_refused():
    with pytest.raises(InvalidServiceLevel, match="within_seconds is 0, allowed: 1 or more"):
        level(within_seconds=0)


def test_the_ledger_promises_what_the_consumer_measures(dev: Graph):
    name = "points-ledger-post-points-consumer-function"
    (consumer,) = [one for one in dev.by_type("aws:lambda/function:Function") if one.name == name]
    limits = json.loads(consumer.inputs["environment"]["variables"]["LATE_AFTER"])
    assert limits == {PointsCalculated.detail_type(): 60, PointsAdjusted.detail_type(): 900}
    rung = {one.inputs["metricName"] for one in dev.by_type(ALARM) if one.inputs["metricName"].startswith("Late")}
    assert rung == {f"Late{event}" for event in limits}


ANSWERS = AnswerLevel(capability=HOLD, within_ms=1000, percent=99, promise="It answers at once.")


def test_a_level_of_answers_rings_as_one_of_events_does():
    fast, slow = ANSWERS.alarms("shop/dev", "orders")
    assert [(one.thing, one.metric, one.threshold) for one in (fast, slow)] == [
        ("slow-hold-fast-burn", "SlowHold", 0.144),
        ("slow-hold-slow-burn", "SlowHold", 0.03),
    ]
    assert "the allowance of slow ones of 30 days" in fast.meaning


def test_a_limit_below_a_millisecond_is_refused():
    with pytest.raises(InvalidServiceLevel, match="hold: within_ms is 0, allowed: 1 or more"):
        AnswerLevel(capability=HOLD, within_ms=0, percent=99, promise="")


def test_the_ledger_promises_what_its_capability_measures(dev: Graph):
    limits = {
        one.name: one.inputs["environment"]["variables"]["SLOW_AFTER_MS"]
        for one in dev.by_type("aws:lambda/function:Function")
        if "SLOW_AFTER_MS" in one.inputs["environment"]["variables"]
    }
    (promised,) = [one for one in LEVELS if isinstance(one, AnswerLevel)]
    assert limits == {"points-ledger-hold-function": str(promised.within_ms)}
    rung = [one.inputs["metricName"] for one in dev.by_type(ALARM) if one.inputs["metricName"].startswith("Slow")]
    assert rung == [promised.metric] * 2


def test_subscriptions_of_a_unit_share_the_alarms_on_what_they_measure_together(dev: Graph):
    lagging = [one for one in dev.by_type(ALARM) if one.inputs["metricName"] == "DeliveryLag"]
    lags = [one.inputs["dimensions"]["service"] for one in lagging]
    assert len(lags) == len(set(lags))


def test_no_two_alarms_of_a_stack_would_ring_together(dev: Graph):
    said = ("namespace", "metricName", "dimensions", "statistic", "threshold", "period")
    conditions = [json.dumps([one.inputs[key] for key in said]) for one in dev.by_type(ALARM)]
    assert sorted(conditions) == sorted(set(conditions))
