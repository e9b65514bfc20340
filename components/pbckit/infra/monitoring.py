"""Makes a unit's alarms, and the dashboard of all of them."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import cloudwatch

from pbckit.infra.alarms import Alarm, dashboard_body
from pbckit.infra.context import UnitContext, child_of
from pbckit.infra.names import Names


def make_alarms(parent: pulumi.Resource, context: UnitContext, alarms: Sequence[Alarm]) -> None:
    """Make the alarms of a unit, all of them announced on the environment's topic."""
    for alarm in alarms:
        context.alarms.append(alarm)
        make_alarm(parent, context.names, context.tags, context.config.alarm_topic_arn, alarm)


def make_alarm(
    parent: pulumi.Resource, names: Names, tags: Mapping[str, str], topic_arn: str, alarm: Alarm
) -> cloudwatch.MetricAlarm:
    """Make one alarm, announced on a topic when it fires and when it is over."""
    return cloudwatch.MetricAlarm(
        f"{names.unit}-{alarm.thing}",
        name=names.physical(alarm.thing, limit=255),
        alarm_description=alarm.meaning,
        namespace=alarm.namespace,
        metric_name=alarm.metric,
        dimensions=dict(alarm.dimensions),
        statistic=alarm.statistic,
        comparison_operator="GreaterThanThreshold",
        threshold=alarm.threshold,
        period=alarm.period_seconds,
        evaluation_periods=alarm.periods,
        treat_missing_data="notBreaching",
        alarm_actions=[topic_arn],
        ok_actions=[topic_arn],
        tags=tags,
        opts=child_of(parent),
    )


def make_dashboard(parent: pulumi.Resource, context: UnitContext) -> cloudwatch.Dashboard | None:
    """Make the unit's dashboard: a graph for each alarm, with its threshold. None for a unit without alarms."""
    if not context.alarms:
        return None
    return cloudwatch.Dashboard(
        f"{context.names.unit}-dashboard",
        dashboard_name=context.names.physical("dashboard", limit=255),
        dashboard_body=dashboard_body(context.alarms, context.names.region),
        opts=child_of(parent),
    )
