"""Capability `match-refund`: a refund that names no purchase."""

from collections.abc import Iterator

from contracts.cards import RefundPosted
from contracts.points_calculation import (
    MATCH_REFUND,
    MatchRefund,
    NoMatchingPurchase,
    RefundedPoints,
    SeveralMatchingPurchases,
)
from lambdas.points_calculation.model import matching, refunds
from lambdas.points_calculation.services.bounds import bounds
from lambdas.points_calculation.services.taking_back import same, take_back
from lambdas.points_calculation.storage.bought import BoughtStore
from lambdas.points_calculation.storage.calculations import CalculationStore
from lambdas.points_calculation.storage.records import Calculated
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(MATCH_REFUND)
def handler(request: MatchRefund, call: CallContext) -> RefundedPoints:
    """Take points back of the one purchase that fits. What was matched once stays matched: the same refund again gets
    the first answer, whatever fits now.
    """
    return retry_on_conflict(lambda: _match(request.refund, call), call.runtime)


def _match(refund: RefundPosted, call: CallContext) -> RefundedPoints:
    kept = CalculationStore(call.runtime).refund(refund.id)
    if kept is not None:
        return same(kept, refund, kept.posted)
    bounds().require(f"refunded_at of refund {refund.id}", refund.refunded_at, call.runtime)
    found = list(_fitting(refund, call))
    if not found:
        raise NoMatchingPurchase(matching.none_fits(refund))
    if len(found) > 1:
        raise SeveralMatchingPurchases(matching.several_fit(refund, [one.purchase for one in found]))
    (stands,) = found
    matched = matching.of_purchase(refund, stands.purchase.id)
    return take_back(stands, matched, call, text=refunds.text(matched), posted=refund)


def _fitting(refund: RefundPosted, call: CallContext) -> Iterator[Calculated]:
    """Purchases that fit, oldest first: no more are read than a refusal lists."""
    since, until = matching.window(refund)
    calculations, left = CalculationStore(call.runtime), matching.MOST_LISTED + 1
    for entry in BoughtStore(call.runtime).between(refund.member_id, refund.merchant_id, since, until):
        stands = calculations.find(entry.purchase_id) if matching.may_fit(refund, entry) else None
        if stands is not None and matching.fits(refund, stands.purchase, stands.calculation.refunded_minor_units):
            yield stands
            left -= 1
        if left == 0:
            return
