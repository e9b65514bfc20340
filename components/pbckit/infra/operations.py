"""Operations: the role that people act under, and the archive of the bus from which they replay."""

from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

import pulumi
from pulumi_aws import cloudwatch

from pbckit.infra.context import child_of
from pbckit.infra.function import make_role
from pbckit.infra.iam import Grant, Statement, document, put_events
from pbckit.infra.key_policy import bus_of, keep_events
from pbckit.infra.names import Names
from pbckit.infra.unit import Unit, UnitArgs

_ARCHIVE_LIMIT = 48


class Operations(Unit):
    """The operator's role, and the archive of the bus.

    The role reads no store: what it may ask, contracts say by naming `operations`; what it replays goes to consumers.
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
        """Make the role: it may ask every capability open to it, publish as outside sources, replay and see alarms."""
        names = self.context.names
        make_role(
            self,
            f"{names.unit}-operator",
            self.context,
            thing="operator",
            # Who may assume it is the account's to decide, by identity policies.
            trust_policy=document(
                [
                    Statement(
                        sid="AssumeWithinAccount",
                        principal={"AWS": names.root()},
                        actions=["sts:AssumeRole"],
                    )
                ]
            ),
            grants=[
                Grant(
                    statements=[
                        *([_ask(list(self.calls.values()))] if self.calls else []),
                        *([put_events(names, publishes_as)] if publishes_as else []),
                        *_replay_and_look(names),
                    ]
                )
            ],
        )


def _ask(capabilities: Sequence[str]) -> Statement:
    return Statement(sid="AskCapabilities", actions=["lambda:InvokeFunction"], resources=capabilities)


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
