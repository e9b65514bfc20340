"""points-calculation: what one purchase earns, and why. See README.md."""

from contracts.campaigns import CampaignChanged
from contracts.earning_rates import EarningRateChanged, EarningRulesChanged
from contracts.points_calculation import (
    BASIS,
    BONUS_PROGRESS,
    CALCULATE,
    CHARGE_BACK,
    DIFFERENCES,
    ESTIMATE,
    EXPLAIN,
    LIST_REFUSED,
    MATCH_REFUND,
    MEMBER_PURCHASES,
    RECALCULATE,
    REFUND,
    REPORTED_POSTINGS,
    SETTLE_DIFFERENCE,
    CalculationOutdated,
    PointsAdjusted,
    PointsCalculated,
    PointsEstimated,
)
from contracts.points_ledger import MemberErased, PointsPosted
from pbckit.infra.function import SMALL_MB
from pbckit.infra.iam import Grant
from pbckit.infra.pbc import Pbc
from settings import RewardsSettings

_FIND_EVERY_MINUTES = 5
_RECONCILE_EVERY_MINUTES = 15
_MEMBER_SECONDS = 30


def define(pbc: Pbc) -> None:
    """Owns one calculation per purchase, with its refunds and corrections, and the counters of caps."""
    calculations = pbc.store()
    outbox = pbc.publishes(PointsCalculated, PointsAdjusted, PointsEstimated, CalculationOutdated)
    bounds = Grant(statements=[], environment=RewardsSettings.load().instant_bounds())
    pbc.exposes(
        CALCULATE,
        [calculations.write(), outbox.append(), bounds],
        must_be_zero={
            "CardProductWithoutRate": "A card product has no rate; the base rate stands in: `rewards rates set`.",
            "PurchasesRefused": "Purchases were refused and earn nothing: `rewards purchases refused`.",
        },
    )
    pbc.exposes(ESTIMATE, [calculations.read(), outbox.append(), bounds])
    for taking_back in (REFUND, MATCH_REFUND, CHARGE_BACK):
        pbc.exposes(taking_back, [calculations.write(), outbox.append(), bounds])
    pbc.exposes(BASIS, [calculations.read()])
    pbc.exposes(RECALCULATE, [calculations.write(), outbox.append()])
    pbc.exposes(BONUS_PROGRESS, [calculations.read()])
    pbc.exposes(EXPLAIN, [calculations.read()])
    pbc.exposes(LIST_REFUSED, [calculations.read()])
    pbc.exposes(MEMBER_PURCHASES, [calculations.read()], timeout_seconds=_MEMBER_SECONDS)
    pbc.exposes(REPORTED_POSTINGS, [calculations.read()])
    pbc.subscribes(EarningRateChanged, EarningRulesChanged, handler="note-rate-change", grants=[calculations.write()])
    pbc.subscribes(CampaignChanged, handler="note-campaign-change", grants=[calculations.write()])
    pbc.exposes(DIFFERENCES, [calculations.read()])
    pbc.exposes(SETTLE_DIFFERENCE, [calculations.write(), outbox.append()])
    pbc.subscribes(PointsPosted, handler="confirm-posting", grants=[calculations.write()], memory_mb=SMALL_MB)
    pbc.subscribes(MemberErased, handler="forget-member", grants=[calculations.write()])
    pbc.scheduled(
        "reconcile",
        every_minutes=_RECONCILE_EVERY_MINUTES,
        grants=[calculations.write()],
        must_be_zero={
            "PostingDifferences": "The ledger posted otherwise than it was told: `rewards ledger reconcile`."
        },
    )
    pbc.scheduled(
        "find-outdated",
        every_minutes=_FIND_EVERY_MINUTES,
        grants=[calculations.write(), outbox.append()],
        must_be_zero={"TrueUpsGivenUp": "Missing answers were waited for in vain; purchases keep their fallback."},
    )
