"""Operations: the role that people act under, with capabilities and events as their only way in."""

from collections.abc import Sequence
from typing import ClassVar

import pulumi

from components.function import make_role
from components.iam import Grant, Statement, document, put_events
from components.unit import Unit, UnitArgs


class Operations(Unit):
    """The operator's role. It reads no store: what it may ask, contracts say by naming `operations`."""

    runs_code: ClassVar[bool] = False

    def __init__(self, name: str, args: UnitArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("Operations", name, args, opts)

    def operator(self, publishes_as: Sequence[str]) -> None:
        """Make the role: it may ask every capability open to it, and publish as outside sources."""
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
                        Statement(
                            sid="AskCapabilities",
                            actions=["lambda:InvokeFunction"],
                            resources=list(self.calls.values()),
                        ),
                        put_events(names, publishes_as),
                    ]
                )
            ],
        )
