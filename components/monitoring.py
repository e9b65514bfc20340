"""Makes a unit's alarms, and the dashboard of all of them."""

from collections.abc import Sequence

import pulumi
from pulumi_aws import cloudwatch

from components.alarms import Alarm, dashboard_body
from components.context import UnitContext, child_of


def make_alarms(parent: pulumi.Resource, context: UnitContext, alarms: Sequence[Alarm]) -> None:
    """Make the alarms, all of them announced on the platform's topic."""
    for alarm in alarms:
        context.alarms.append(alarm)
        cloudwatch.MetricAlarm(
            f"{context.names.unit}-{alarm.thing}",
            name=context.names.physical(alarm.thing, limit=255),
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
            alarm_actions=[context.alarm_topic_arn],
            ok_actions=[context.alarm_topic_arn],
            tags=context.tags,
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
