"""Makes a unit's alarms, and the dashboard of all of them."""

from collections.abc import Mapping, Sequence

import pulumi
from pulumi_aws import cloudwatch

from pbckit.infra.alarms import Alarm, dashboard_body
from pbckit.infra.context import UnitContext, child_of
from pbckit.infra.environment import EnvironmentConfig
from pbckit.infra.names import Names


def make_alarms(parent: pulumi.Resource, context: UnitContext, alarms: Sequence[Alarm]) -> None:
    """Make alarms of a unit. One that several of its parts ask for, alike, is made once."""
    for alarm in alarms:
        if alarm in context.measures:
            continue
        context.measures.append(alarm)
        make_alarm(parent, context.config, context.names, context.tags, alarm)


def make_alarm(
    parent: pulumi.Resource, config: EnvironmentConfig, names: Names, tags: Mapping[str, str], alarm: Alarm
) -> cloudwatch.MetricAlarm:
    """Make one alarm, announced on the topic of its severity when it fires and when it is over."""
    topic_arn = config.topic_arn(alarm.severity)
    return cloudwatch.MetricAlarm(
        f"{names.unit}-{alarm.thing}",
        name=names.physical(alarm.thing, limit=255),
        alarm_description=alarm.description(config.runbooks),
        namespace=alarm.namespace,
        metric_name=alarm.metric,
        dimensions=dict(alarm.dimensions),
        statistic=alarm.statistic,
        comparison_operator="GreaterThanThreshold",
        threshold=alarm.threshold,
        period=alarm.period_seconds,
        evaluation_periods=alarm.periods,
        datapoints_to_alarm=alarm.breaching,
        treat_missing_data="missing" if alarm.always_sent else "notBreaching",
        alarm_actions=[topic_arn],
        insufficient_data_actions=[topic_arn] if alarm.always_sent else None,
        ok_actions=[topic_arn],
        tags=tags,
        opts=child_of(parent),
    )


def make_dashboard(parent: pulumi.Resource, context: UnitContext) -> cloudwatch.Dashboard | None:
    """Make the unit's dashboard: a graph for each kind of alarm, with its threshold, and what failed.

    Returns:
        None for a unit without alarms.
    """
    if not context.measures:
        return None
    return cloudwatch.Dashboard(
        f"{context.names.unit}-dashboard",
        dashboard_name=context.names.physical("dashboard", limit=255),
        dashboard_body=dashboard_body(context.measures, context.inventory.log_groups, context.names.region),
        opts=child_of(parent),
    )
