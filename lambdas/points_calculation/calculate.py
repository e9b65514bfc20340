"""Capability `calculate`."""

from contracts.points_calculation import CALCULATE, Calculate, Calculation, ConflictingPurchase, PointsCalculated
from lambdas.kit.capability import Asked, capability
from lambdas.kit.observability import count
from lambdas.kit.unit_of_work import until_fresh
from lambdas.points_calculation import model
from lambdas.points_calculation.store import Calculated, CalculationStore


@capability(CALCULATE)
def handler(request: Calculate, asked: Asked) -> Calculation:
    """Calculate a purchase, once: the same purchase again gets the first answer, whatever the lookups say now."""
    return until_fresh(lambda: _calculate(request, asked), asked.runtime)


def _calculate(request: Calculate, asked: Asked) -> Calculation:
    store, purchase = CalculationStore(asked.runtime), request.purchase
    before = store.find(purchase.id)
    if before is not None:
        return _same(before, request)
    lines = model.lines(request)
    calculation = Calculation(
        purchase_id=purchase.id,
        member_id=purchase.member_id,
        points=sum(line.points for line in lines),
        category=request.category.category,
        fallbacks=request.fallbacks,
        lines=lines,
        calculated_at=asked.runtime.clock.now(),
    )
    work = asked.unit_of_work()
    work.add(store.keep(Calculated(purchase=purchase, calculation=calculation)))
    work.publish(_event(request, calculation), sequence=1)
    work.commit()
    if request.fallbacks:
        count("CalculatedWithFallback")
    return calculation


def _same(before: Calculated, request: Calculate) -> Calculation:
    different = model.differences(before.purchase, request.purchase)
    if different:
        raise ConflictingPurchase(f"purchase {request.purchase.id} came before with another {', '.join(different)}")
    count("DuplicatePurchases")
    return before.calculation


def _event(request: Calculate, calculation: Calculation) -> PointsCalculated:
    return PointsCalculated(
        purchase_id=calculation.purchase_id,
        member_id=calculation.member_id,
        points=calculation.points,
        category=calculation.category,
        fallbacks=calculation.fallbacks,
        lines=calculation.lines,
        posted_at=request.purchase.posted_at,
    )
