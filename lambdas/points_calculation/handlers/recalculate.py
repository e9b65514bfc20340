"""Capability `recalculate`: true-up and re-rating."""

import msgspec

from contracts.points_calculation import RECALCULATE, Calculate, Calculation, Reason, Recalculate, Superseded
from lambdas.points_calculation.services import adjustments, awards
from lambdas.points_calculation.services.earning import Earned, earn, report_missing_rate
from lambdas.points_calculation.services.purchases import known
from lambdas.points_calculation.storage.calculations import CalculationStore
from lambdas.points_calculation.storage.records import Calculated
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.observability import count
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(RECALCULATE)
def handler(request: Recalculate, call: CallContext) -> Calculation:
    """Make a calculation anew; only the difference is told. Where nothing differs, nothing is written."""
    return retry_on_conflict(lambda: _recalculate(request, call), call.runtime)


def _recalculate(request: Recalculate, call: CallContext) -> Calculation:
    store = CalculationStore(call.runtime)
    before = known(store, request.purchase_id)
    if before.version != request.version:
        raise Superseded(f"purchase {request.purchase_id} is at version {before.version}, not {request.version}")
    wanted = Calculate(
        purchase=before.purchase,
        category=request.category,
        rate=request.rate,
        bonuses=request.bonuses,
        fallbacks=[],
        asked_at=before.asked_at,
    )
    earned = earn(wanted, call.runtime, own=before.counted)
    if wanted == before.asked() and earned.lines == before.calculation.lines:
        return before.calculation
    after = _after(before, msgspec.structs.replace(wanted, asked_at=request.asked_at), earned, call)
    calculation = _commit(store, before, after, earned, call)
    report_missing_rate(wanted)
    return calculation


def _after(before: Calculated, wanted: Calculate, earned: Earned, call: CallContext) -> Calculated:
    calculation = msgspec.structs.replace(
        before.calculation,
        points=earned.points,
        category=wanted.category.category,
        fallbacks=[],
        lines=earned.lines,
        calculated_at=call.runtime.clock.now(),
    )
    renewed = msgspec.structs.replace(
        before,
        category=wanted.category,
        rate=wanted.rate,
        bonuses=wanted.bonuses,
        asked_at=wanted.asked_at,
        counted=earned.counted,
        version=before.version + 1,
    )
    return adjustments.adjusted(renewed, calculation)


def _commit(
    store: CalculationStore, before: Calculated, after: Calculated, earned: Earned, call: CallContext
) -> Calculation:
    work = call.unit_of_work()
    work.add(*earned.counting)
    if after.calculation.net_points != before.calculation.net_points:
        reason, text = _reason(before)
        made = adjustments.adjustment(before, after, reason=reason, text=text, at=after.calculation.calculated_at)
        after = msgspec.structs.replace(after, adjustments=made.number)
        adjustments.tell(call.runtime, work, after, made)
    stored = awards.follow(call.runtime, before, after, work, counters=len(earned.counting))
    work.add(*store.keep(before, stored))
    work.commit()
    if stored.adjustments != before.adjustments:
        count("Recalculated")
    return stored.calculation


def _reason(before: Calculated) -> tuple[Reason, str]:
    missing = before.calculation.fallbacks
    if missing:
        return "true-up", f"recalculated: {' and '.join(missing)} known now"
    return "re-rating", "recalculated after a change of the programme"
