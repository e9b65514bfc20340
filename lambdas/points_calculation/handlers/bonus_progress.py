"""Capability `bonus-progress`: how far a member is towards bonuses that are earned once."""

from contracts.points_calculation import BONUS_PROGRESS, BonusesProgress, GetBonusProgress
from lambdas.points_calculation.model import awards
from lambdas.points_calculation.model.earning import is_earned_once
from lambdas.points_calculation.storage.awards import ProgressStore
from pbckit.runtime.capability import CallContext, capability


@capability(BONUS_PROGRESS)
def handler(request: GetBonusProgress, call: CallContext) -> BonusesProgress:
    """What counts towards each bonus now, and how much is missing. Bonuses without a condition are left out."""
    store, now = ProgressStore(call.runtime), call.runtime.clock.now()
    found = [
        (bonus, store.find(request.member_id, bonus.campaign_id)) for bonus in request.bonuses if is_earned_once(bonus)
    ]
    return BonusesProgress(
        member_id=request.member_id,
        bonuses=[
            awards.progress(bonus, stands.purchases.values(), stands.given_points, now) for bonus, stands in found
        ],
    )
