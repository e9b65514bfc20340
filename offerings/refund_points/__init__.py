"""refund-points: what is given back takes its points back. See README.md."""

from pathlib import Path

from contracts.cards import PurchaseChargedBack, PurchaseRefunded, RefundPosted
from contracts.points_calculation import CHARGE_BACK, MATCH_REFUND, REFUND
from pbckit.infra.offering import Offering


def define(offering: Offering) -> None:
    """One step; what comes before its purchase waits for it."""
    offering.workflow(
        "refund",
        starts_on=[PurchaseRefunded, RefundPosted, PurchaseChargedBack],
        definition=Path(__file__).with_name("workflow.asl.json"),
        asks=[REFUND, MATCH_REFUND, CHARGE_BACK],
        values={},
    )
