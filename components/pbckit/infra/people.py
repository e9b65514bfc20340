"""The roles that people act under: one in each unit that has capabilities for people."""

from collections.abc import Sequence

import pulumi

from pbckit.infra.context import UnitContext
from pbckit.infra.function import make_role
from pbckit.infra.iam import Grant, Statement, document
from pbckit.infra.names import OPERATOR


def make_operator(parent: pulumi.Resource, context: UnitContext, statements: Sequence[Statement]) -> None:
    """Make the role of a unit that people may assume, inside the unit's boundary.

    Who may assume it is the account's to decide: by identity policies, role by role.
    """
    trusted = Statement(sid="AssumeWithinAccount", principal={"AWS": context.names.root()}, actions=["sts:AssumeRole"])
    make_role(
        parent,
        f"{context.names.unit}-{OPERATOR}",
        context,
        thing=OPERATOR,
        trust_policy=document([trusted]),
        grants=[Grant(statements=statements)],
    )


def ask(capabilities: Sequence[str]) -> Statement:
    """The right to ask capabilities, by their ARNs."""
    return Statement(sid="AskCapabilities", actions=["lambda:InvokeFunction"], resources=capabilities)
