"""Capability `calculate`."""

from contracts.points_calculation import (
    CALCULATE,
    Calculate,
    Calculation,
    ConflictingPurchase,
    ForeignCurrency,
    PointsCalculated,
    RefusedPurchase,
)
from lambdas.points_calculation.model.earning import differences, require_billing_currency
from lambdas.points_calculation.services import awards
from lambdas.points_calculation.services.bounds import bounds
from lambdas.points_calculation.services.earning import Earned, earn, report_missing_rate
from lambdas.points_calculation.storage.bought import BoughtStore
from lambdas.points_calculation.storage.calculations import CalculationStore
from lambdas.points_calculation.storage.confirmations import ConfirmationStore
from lambdas.points_calculation.storage.fallbacks import FallbackStore
from lambdas.points_calculation.storage.records import Calculated, ErasedPurchase
from lambdas.points_calculation.storage.refusals import RefusalStore
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.observability import count
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(CALCULATE)
def handler(request: Calculate, call: CallContext) -> Calculation:
    """Calculate a purchase, once: the same purchase again gets what stands, whatever the lookups say now."""
    return retry_on_conflict(lambda: _calculate(request, call), call.runtime)


def _calculate(request: Calculate, call: CallContext) -> Calculation:
    store = CalculationStore(call.runtime)
    before = store.stands(request.purchase.id)
    if isinstance(before, ErasedPurchase):
        return _erased(before, request)
    if before is not None:
        return _same(before, request)
    bounds().require(f"posted_at of purchase {request.purchase.id}", request.purchase.posted_at, call.runtime)
    try:
        require_billing_currency(request)
    except ForeignCurrency as refusal:
        _keep_refusal(request, refusal, call)
        raise
    earned = earn(request, call.runtime, own={})
    calculated = _calculated(request, earned, call)
    work = call.unit_of_work()
    work.add(*earned.counting, BoughtStore(call.runtime).listed(request.purchase))
    work.add(ConfirmationStore(call.runtime).expected(calculated.first_report()))
    work.publish(_event(calculated), sequence=1)
    calculated = awards.follow(call.runtime, None, calculated, work, counters=len(earned.counting))
    work.add(*store.keep(None, calculated))
    if request.fallbacks:
        work.add(FallbackStore(call.runtime).opened(calculated, call.cause.correlation_id))
    work.commit()
    if request.fallbacks:
        count("CalculatedWithFallback")
    report_missing_rate(request)
    return calculated.calculation


def _keep_refusal(request: Calculate, refusal: ForeignCurrency, call: CallContext) -> None:
    refused = RefusedPurchase(
        purchase=request.purchase,
        error=type(refusal).__name__,
        message=str(refusal),
        refused_at=call.runtime.clock.now(),
    )
    work = call.unit_of_work()
    work.add(RefusalStore(call.runtime).keep(refused))
    work.commit()
    count("PurchasesRefused")


def _same(before: Calculated, request: Calculate) -> Calculation:
    different = differences(before.purchase, request.purchase)
    if different:
        raise ConflictingPurchase(f"purchase {request.purchase.id} came before with another {', '.join(different)}")
    count("DuplicatePurchases")
    return before.calculation


def _erased(before: ErasedPurchase, request: Calculate) -> Calculation:
    """What is left to answer when the purchase of an erased member comes again. Nothing is stored or told."""
    count("DuplicatePurchases")
    return Calculation(
        purchase_id=request.purchase.id,
        member_id=request.purchase.member_id,
        points=before.points,
        category=before.category,
        fallbacks=[],
        lines=[],
        calculated_at=request.asked_at,
        net_points=before.net_points,
    )


def _calculated(request: Calculate, earned: Earned, call: CallContext) -> Calculated:
    purchase, now = request.purchase, call.runtime.clock.now()
    return Calculated(
        purchase=purchase,
        category=request.category,
        rate=request.rate,
        bonuses=request.bonuses,
        asked_at=request.asked_at,
        counted=earned.counted,
        told_at=now,
        reported_points=earned.points,
        calculation=Calculation(
            purchase_id=purchase.id,
            member_id=purchase.member_id,
            points=earned.points,
            category=request.category.category,
            fallbacks=request.fallbacks,
            lines=earned.lines,
            calculated_at=now,
            net_points=earned.points,
        ),
    )


def _event(calculated: Calculated) -> PointsCalculated:
    calculation = calculated.calculation
    return PointsCalculated(
        purchase_id=calculation.purchase_id,
        member_id=calculation.member_id,
        points=calculation.points,
        category=calculation.category,
        fallbacks=calculation.fallbacks,
        lines=calculation.lines,
        posted_at=calculated.purchase.posted_at,
        authorisation_id=calculated.purchase.authorisation_id,
    )
