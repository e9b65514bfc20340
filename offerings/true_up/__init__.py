"""true-up: what was calculated with a fallback, or before a backdated change, is calculated anew. See README.md."""

from pathlib import Path

from contracts.campaigns import BONUSES
from contracts.earning_rates import RATE
from contracts.merchant_categorization import CATEGORIZE
from contracts.points_calculation import BASIS, RECALCULATE, CalculationOutdated
from pbckit.infra.offering import Offering
from settings import RewardsSettings


def define(offering: Offering) -> None:
    """Basis → what is outdated of category, rate and bonuses → recalculate."""
    offering.workflow(
        "recalculate",
        starts_on=[CalculationOutdated],
        definition=Path(__file__).with_name("workflow.asl.json"),
        asks=[BASIS, CATEGORIZE, RATE, BONUSES, RECALCULATE],
        values={"base_rate": RewardsSettings.load().base_rate},
    )
