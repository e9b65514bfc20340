"""Giving bonuses that are earned once, and taking them back: by adjustments of the purchase that earned them first."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from contracts.campaigns import Bonus
from contracts.points_calculation import Adjustment, TooManyCaps
from lambdas.points_calculation.model import awards
from lambdas.points_calculation.model.awards import MOST_COUNTED, Counted
from lambdas.points_calculation.services import adjustments
from lambdas.points_calculation.services.earning import MOST_COUNTERS
from lambdas.points_calculation.storage.awards import Progress, ProgressStore
from lambdas.points_calculation.storage.calculations import CalculationStore
from lambdas.points_calculation.storage.records import Calculated
from pbckit.runtime.ports import ConditionFailed
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.unit_of_work import UnitOfWork

OPERATIONS_OF_A_BONUS = 5
"""What one bonus can add to a transaction: its progress, its carrier, an adjustment, what the ledger is to confirm, and
an event.
"""


@dataclass(frozen=True, kw_only=True)
class _Change:
    """A bonus that is given or taken back."""

    campaign_id: str
    points: int
    text: str


def follow(
    runtime: Runtime, before: Calculated | None, after: Calculated, work: UnitOfWork, *, counters: int = 0
) -> Calculated:
    """Let a transaction do what a purchase's change does to the bonuses that it counts towards.

    Args:
        runtime: the function's world.
        before: the purchase as it stood; None where it is new.
        after: as it stands now, without what this adds.
        work: the transaction. Storing the purchase itself is the caller's.
        counters: how many counters of caps it changes besides.

    Returns:
        The purchase as it is to be stored.

    Raises:
        TooManyCaps: it counts towards too many bonuses at once.
    """
    counted = awards.counts_towards(after.asked())
    formerly = awards.counts_towards(before.asked()) if before else {}
    campaigns = {**formerly, **counted}
    if counters + len(campaigns) * OPERATIONS_OF_A_BONUS > MOST_COUNTERS:
        raise TooManyCaps(
            f"purchase {after.purchase.id} counts towards {counters} caps and {len(campaigns)} bonuses that are earned "
            f"once, at once; allowed: {MOST_COUNTERS}, where such a bonus counts as {OPERATIONS_OF_A_BONUS}"
        )
    carriers: dict[str, list[_Change]] = {}
    for campaign_id, bonus in campaigns.items():
        _count(runtime, after, bonus, work, carriers, does_count=campaign_id in counted)
    return _adjusted(runtime, after, carriers, work)


def _count(
    runtime: Runtime,
    purchase: Calculated,
    bonus: Bonus,
    work: UnitOfWork,
    carriers: dict[str, list[_Change]],
    *,
    does_count: bool,
) -> None:
    store, member_id = ProgressStore(runtime), purchase.purchase.member_id
    stands = store.find(member_id, bonus.campaign_id)
    purchases = _purchases(stands, purchase, does_count=does_count)
    given = (bonus.fixed_points or 0) if awards.is_earned(bonus, purchases.values()) else 0
    carrier = stands.carrier or (purchase.purchase.id if given else None)
    now = Progress(purchases=purchases, given_points=given, carrier=carrier, revision=stands.revision + 1)
    if msgspec.structs.replace(now, revision=stands.revision) == stands:
        return
    work.add(store.keep(member_id, bonus.campaign_id, stands, now))
    points = given - stands.given_points
    if carrier is not None and points:
        change = _Change(campaign_id=bonus.campaign_id, points=points, text=awards.text(bonus, is_given=points > 0))
        carriers.setdefault(carrier, []).append(change)


def _purchases(stands: Progress, purchase: Calculated, *, does_count: bool) -> dict[str, Counted]:
    identity = purchase.purchase.id
    others = {other: one for other, one in stands.purchases.items() if other != identity}
    if not does_count or (identity not in stands.purchases and len(others) >= MOST_COUNTED):
        return others
    left = purchase.purchase.amount.minor_units - purchase.calculation.refunded_minor_units
    return {**others, identity: Counted(posted_at=purchase.purchase.posted_at, minor_units=left)}


def _adjusted(
    runtime: Runtime, purchase: Calculated, carriers: Mapping[str, list[_Change]], work: UnitOfWork
) -> Calculated:
    """Adjust every carrier; the purchase itself is given back, others are stored."""
    store = CalculationStore(runtime)
    for identity, changes in carriers.items():
        if identity == purchase.purchase.id:
            purchase = _changed(runtime, purchase, changes, work)
            continue
        stands = store.find(identity)
        if stands is None:
            raise ConditionFailed([])
        work.add(*store.keep(stands, _changed(runtime, stands, changes, work)))
    return purchase


def _changed(runtime: Runtime, stands: Calculated, changes: list[_Change], work: UnitOfWork) -> Calculated:
    for change in changes:
        given = {**stands.awards, change.campaign_id: stands.awards.get(change.campaign_id, 0) + change.points}
        counted = msgspec.structs.replace(stands, awards=given, adjustments=stands.adjustments + 1)
        after = adjustments.adjusted(counted, stands.calculation)
        made: Adjustment = adjustments.adjustment(
            stands,
            after,
            reason="re-rating" if change.points > 0 else "refund",
            text=change.text,
            at=runtime.clock.now(),
        )
        adjustments.tell(runtime, work, after, made)
        stands = after
    return stands
