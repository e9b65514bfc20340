"""earn-points: a purchase on a card earns points. See README.md."""

from pathlib import Path

from contracts.campaigns import BONUSES
from contracts.cards import PurchaseAuthorised, PurchasePosted
from contracts.earning_rates import RATE
from contracts.merchant_categorization import CATEGORIZE
from contracts.points_calculation import CALCULATE, ESTIMATE
from pbckit.infra.offering import Offering
from settings import RewardsSettings


def define(offering: Offering) -> None:
    """Categorize → rate → bonuses → calculate, or estimate; each lookup with its explicit fallback."""
    offering.workflow(
        "earn",
        starts_on=[PurchasePosted, PurchaseAuthorised],
        definition=Path(__file__).with_name("workflow.asl.json"),
        asks=[CATEGORIZE, RATE, BONUSES, CALCULATE, ESTIMATE],
        values={"base_rate": RewardsSettings.load().base_rate},
    )
