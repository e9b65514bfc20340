"""Calling a function at regular times."""

import pulumi
from pulumi_aws import scheduler

from pbckit.infra.concurrency import Demand
from pbckit.infra.context import UnitContext, child_of
from pbckit.infra.function import Function, make_role
from pbckit.infra.iam import Grant, Statement, trust


def make_schedule(
    parent: pulumi.Resource,
    name: str,
    context: UnitContext,
    *,
    thing: str,
    function: Function,
    every_minutes: int,
    at_once: int = 1,
) -> scheduler.Schedule:
    """Call a function every so many minutes, under a role that may do nothing else.

    Args:
        parent: what the schedule belongs to.
        name: of the schedule among Pulumi's resources.
        context: of the unit.
        thing: kebab-case name of the function within the unit; the schedule is called like it.
        function: what is called, by its alias.
        every_minutes: at least 1.
        at_once: how many of its runs there can be, where one begins while others are not done.
    """
    role, policy = make_role(
        parent,
        f"{name}-role",
        context,
        thing=f"{thing}-schedule",
        trust_policy=trust("scheduler.amazonaws.com", context.names.account),
        grants=[
            Grant(
                statements=[
                    Statement(
                        sid=f"Invoke{thing.title().replace('-', '')}",
                        actions=["lambda:InvokeFunction"],
                        resources=[function.arn],
                    )
                ]
            )
        ],
    )
    context.demands.append(Demand(unit=context.names.unit, kind="schedules", executions=at_once))
    unit = "minute" if every_minutes == 1 else "minutes"
    return scheduler.Schedule(
        name,
        name=context.names.physical(thing),
        schedule_expression=f"rate({every_minutes} {unit})",
        flexible_time_window=scheduler.ScheduleFlexibleTimeWindowArgs(mode="OFF"),
        target=scheduler.ScheduleTargetArgs(
            arn=function.arn, role_arn=context.names.role(context.names.physical(f"{thing}-schedule"))
        ),
        opts=child_of(parent, depends_on=[role, policy, function.alias]),
    )
