"""refund-points: what is given back for a purchase takes its points back. See README.md."""

from pathlib import Path

from contracts.cards import PurchaseRefunded
from contracts.points_calculation import REFUND
from pbckit.infra.offering import Offering


def define(offering: Offering) -> None:
    """One step; a refund that comes before its purchase waits for it."""
    offering.workflow(
        "refund",
        starts_on=[PurchaseRefunded],
        definition=Path(__file__).with_name("workflow.asl.json"),
        asks=[REFUND],
        values={},
    )
