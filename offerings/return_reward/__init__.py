"""return-reward: a reward goes back to its partner, and its points to the member. See README.md."""

from pathlib import Path

from contracts.partners import RewardReturned
from contracts.points_ledger import REVERSE_REDEMPTION
from pbckit.infra.offering import Offering


def define(offering: Offering) -> None:
    """Returned: the redemption is reversed, in whole or in part."""
    offering.workflow(
        "return",
        starts_on=[RewardReturned],
        definition=Path(__file__).with_name("workflow.asl.json"),
        asks=[REVERSE_REDEMPTION],
        values={},
    )
