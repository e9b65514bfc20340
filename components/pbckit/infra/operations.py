"""Operations: the role under which people see and mend all units, and the archive of the bus from which they replay."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

import pulumi
from pulumi_aws import cloudwatch

from pbckit.infra.context import child_of
from pbckit.infra.iam import Statement, put_events
from pbckit.infra.journey import QUERIES, Levels, journey_body, saved_query
from pbckit.infra.key_policy import bus_of, keep_events
from pbckit.infra.names import Names
from pbckit.infra.people import ask, make_operator
from pbckit.infra.unit import Unit, UnitArgs

_ARCHIVE_LIMIT = 48


class Operations(Unit):
    """The operator's role for what concerns all units, and the archive of the bus.

    The role reads no store and asks unit admins only: the other capabilities for people are asked under a role of
    their own unit, so that a new capability changes nothing here. What it replays goes to consumers.
    """

    runs_code: ClassVar[bool] = False

    def __init__(self, name: str, args: UnitArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        names = args.config.names(name)
        args = replace(
            args,
            also=_replay_and_look(names),
            key_users=keep_events(names, "ArchiveEvents"),
            key_services=[bus_of(names)],
        )
        super().__init__("Operations", name, args, opts)
        cloudwatch.EventArchive(
            f"{name}-archive",
            name=names.physical("archive", limit=_ARCHIVE_LIMIT),
            event_source_arn=names.bus(),
            kms_key_identifier=self.context.key.arn,
            retention_days=args.config.archive_retention_days,
            opts=child_of(self, depends_on=args.platform, protect=args.config.protected),
        )

    def operator(self, publishes_as: Sequence[str]) -> None:
        """Make the role: it may ask every unit admin, publish as outside sources, replay and see alarms."""
        make_operator(
            self,
            self.context,
            [
                *([ask(list(self.calls.values()))] if self.calls else []),
                *([put_events(self.context.names, publishes_as)] if publishes_as else []),
                *_replay_and_look(self.context.names),
            ],
        )

    def watch(self, levels: Levels) -> None:
        """Make the journey's dashboard, from the service levels of all units, and the saved queries over all logs.

        They are made here, and not in the units: a right to save queries knows no resources, so that the pipeline of
        one unit could overwrite the queries of all others.
        """
        names, unit = self.context.names, self.context.names.unit
        if levels:
            cloudwatch.Dashboard(
                f"{unit}-journey",
                dashboard_name=names.physical("journey", limit=255),
                dashboard_body=journey_body(levels, self.context.config.metric_namespace, names.region),
                opts=child_of(self),
            )
        for thing, text in QUERIES.items() if not self.context.config.embedded else ():
            cloudwatch.QueryDefinition(
                f"{unit}-{thing}-query",
                name=names.physical(thing, limit=255),
                query_string=saved_query(text, f"/aws/lambda/{names.project}-{names.environment}-"),
                opts=child_of(self),
            )


def _replay_and_look(names: Names) -> list[Statement]:
    """Replays of the own archive under own names, and the states of alarms, which know no resources when listed."""
    replays = names.arn("events", f"replay/{names.prefix}*")
    return [
        Statement(
            sid="ReplayArchive", actions=["events:DescribeArchive", "events:StartReplay"], resources=[_archive(names)]
        ),
        Statement(sid="FollowReplay", actions=["events:CancelReplay", "events:DescribeReplay"], resources=[replays]),
        Statement(
            sid="SeeAlarms", actions=["cloudwatch:DescribeAlarms"], resources=[names.arn("cloudwatch", "alarm:*")]
        ),
    ]


def _archive(names: Names) -> str:
    return names.arn("events", f"archive/{names.physical('archive', limit=_ARCHIVE_LIMIT)}")
