"""Bonuses that a member earns once: for a first purchase, or for spending so much within so many days.

What counts is what is left of the purchases after refunds. So a bonus is earned or not by what was bought and given
back, in whatever order it became known; a refund that falls below the threshold takes it back.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec

from contracts.campaigns import Bonus
from contracts.points_calculation import BonusProgress, Calculate
from contracts.vocabulary import Money
from lambdas.points_calculation.model.earning import earns_nothing, is_earned_once
from lambdas.points_calculation.model.refunds import written

MOST_COUNTED = 2_000
"""Purchases of a member that count towards one bonus: they stand in one item. Later ones count no more."""


class Counted(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A purchase that counts towards a bonus."""

    posted_at: datetime
    minor_units: int
    """What is left of its amount."""


def counts_towards(request: Calculate) -> dict[str, Bonus]:
    """The bonuses with a condition that a purchase counts towards, by campaign."""
    if earns_nothing(request) is not None:
        return {}
    currency = request.purchase.amount.currency
    return {
        bonus.campaign_id: bonus
        for bonus in request.bonuses
        if is_earned_once(bonus) and (bonus.threshold is None or bonus.threshold.currency == currency)
    }


def is_earned(bonus: Bonus, purchases: Collection[Counted]) -> bool:
    """Whether the purchases of a member meet a bonus' condition."""
    left = sorted((one for one in purchases if one.minor_units > 0), key=lambda one: one.posted_at)
    if bonus.threshold is None:
        return bonus.first_purchase and bool(left)
    window, first, total = timedelta(days=bonus.threshold.days), 0, 0
    for one in left:
        total += one.minor_units
        while one.posted_at - left[first].posted_at >= window:
            total -= left[first].minor_units
            first += 1
        if total >= bonus.threshold.minor_units:
            return True
    return False


def progress(bonus: Bonus, purchases: Collection[Counted], given_points: int, now: datetime) -> BonusProgress:
    """How far a member is towards a bonus: by the purchases that would count together with one made now."""
    threshold = bonus.threshold
    left = [one for one in purchases if one.minor_units > 0]
    if threshold is not None:
        window = timedelta(days=threshold.days)
        left = [one for one in left if now - one.posted_at < window]
    spent = sum(one.minor_units for one in left)
    is_open = threshold is not None and given_points == 0
    return BonusProgress(
        campaign_id=bonus.campaign_id,
        given_points=given_points,
        purchases=len(left),
        spent_minor_units=spent,
        missing_minor_units=max(0, threshold.minor_units - spent) if threshold is not None and is_open else None,
        until=min(one.posted_at for one in left) + timedelta(days=threshold.days)
        if threshold is not None and is_open and left
        else None,
    )


def text(bonus: Bonus, *, is_given: bool) -> str:
    """What a member reads of a bonus that is earned, or earned no longer."""
    why = "your first purchase"
    if bonus.threshold is not None:
        amount = Money(minor_units=bonus.threshold.minor_units, currency=bonus.threshold.currency)
        why = f"{written(amount)} spent within {bonus.threshold.days} days"
    return f"{bonus.name}: {why}" if is_given else f"{bonus.name}: taken back, no longer {why}"
