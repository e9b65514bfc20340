"""redeem-points: points are held, and spent when the partner confirms. See README.md."""

from pathlib import Path

from contracts.partners import RedemptionConfirmed, RedemptionDeclined, RedemptionRequested
from contracts.points_ledger import HOLD, POST_HOLD, VOID_HOLD
from pbckit.infra.offering import Offering

_HOLD_MINUTES = 15
"""How long a partner has to confirm."""


def define(offering: Offering) -> None:
    """Hold → confirmed: post, or declined: void. What is neither expires in the ledger."""
    offering.workflow(
        "redeem",
        starts_on=[RedemptionRequested, RedemptionConfirmed, RedemptionDeclined],
        definition=Path(__file__).with_name("workflow.asl.json"),
        asks=[HOLD, POST_HOLD, VOID_HOLD],
        values={"hold_minutes": str(_HOLD_MINUTES)},
    )
