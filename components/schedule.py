"""Functions that run at regular times."""

import pulumi
from pulumi_aws import scheduler

from components.context import UnitContext, child_of
from components.function import Function, make_role
from components.iam import Grant, Statement, trust


def schedule(
    parent: pulumi.Resource, name: str, context: UnitContext, *, thing: str, function: Function, minutes: int
) -> None:
    """Invoke a function every so many minutes, under a role that may do nothing else."""
    role, policy = make_role(
        parent,
        f"{name}-schedule-role",
        context,
        thing=f"{thing}-schedule",
        trust_policy=trust("scheduler.amazonaws.com", context.names.account),
        grants=[
            Grant(
                statements=[
                    Statement(sid=f"Invoke{thing.title()}", actions=["lambda:InvokeFunction"], resources=[function.arn])
                ]
            )
        ],
    )
    scheduler.Schedule(
        f"{name}-{thing}-schedule",
        name=context.names.physical(thing),
        schedule_expression=f"rate({minutes} minute{'' if minutes == 1 else 's'})",
        flexible_time_window=scheduler.ScheduleFlexibleTimeWindowArgs(mode="OFF"),
        target=scheduler.ScheduleTargetArgs(
            arn=function.arn, role_arn=context.names.role(context.names.physical(f"{thing}-schedule"))
        ),
        opts=child_of(parent, depends_on=[role, policy, function.alias]),
    )
