"""Correcting a calculation: the difference is kept, told and never told twice."""

import hashlib
from datetime import datetime

import msgspec

from contracts.points_calculation import Adjustment, Calculation, PointsAdjusted, Reason, ReportedPosting
from lambdas.points_calculation.model.refunds import kept
from lambdas.points_calculation.storage.calculations import CalculationStore
from lambdas.points_calculation.storage.confirmations import ConfirmationStore
from lambdas.points_calculation.storage.records import Calculated
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.unit_of_work import UnitOfWork

_READABLE = 30


def adjusted(before: Calculated, calculation: Calculation) -> Calculated:
    """A calculation in its new form, with what is left of its points after all refunds.

    Bonuses that are earned once are not kept in proportion: they are given or not.
    """
    left = kept(calculation.points, before.purchase.amount.minor_units, calculation.refunded_minor_units)
    left += sum(before.awards.values())
    return msgspec.structs.replace(
        before,
        calculation=msgspec.structs.replace(calculation, net_points=left),
        revision=before.revision + 1,
    )


def adjustment(
    before: Calculated, after: Calculated, *, reason: Reason, text: str, at: datetime, refund_id: str | None = None
) -> Adjustment:
    """The difference between two forms of a calculation, as the next adjustment of its purchase."""
    number = before.adjustments + 1
    return Adjustment(
        adjustment_id=_adjustment_id(before.purchase.id, number),
        number=number,
        points=after.calculation.net_points - before.calculation.net_points,
        reason=reason,
        text=text,
        adjusted_at=at,
        refund_id=refund_id,
    )


def tell(runtime: Runtime, work: UnitOfWork, calculated: Calculated, made: Adjustment) -> None:
    """Let a transaction keep an adjustment of a purchase, tell the ledger, and expect it to post the same."""
    work.add(CalculationStore(runtime).keep_adjustment(calculated.purchase.id, made))
    work.add(ConfirmationStore(runtime).expected(reported(calculated, made)))
    work.publish(_event(calculated, made), sequence=_sequence(made))


def _event(calculated: Calculated, made: Adjustment) -> PointsAdjusted:
    return PointsAdjusted(
        adjustment_id=made.adjustment_id,
        purchase_id=calculated.purchase.id,
        member_id=calculated.purchase.member_id,
        points=made.points,
        reason=made.reason,
        text=made.text,
        adjusted_at=made.adjusted_at,
    )


def reported(calculated: Calculated, made: Adjustment) -> ReportedPosting:
    """What the ledger is expected to post of an adjustment."""
    return ReportedPosting(
        posting_id=made.adjustment_id,
        purchase_id=calculated.purchase.id,
        member_id=calculated.purchase.member_id,
        points=made.points,
        told_at=made.adjusted_at,
    )


def _sequence(made: Adjustment) -> int:
    """Number of an adjustment among the events of its purchase: the first tells the calculation."""
    return made.number + 1


def _adjustment_id(purchase_id: str, number: int) -> str:
    """The same for the same adjustment, and no purchase's id: those the ledger keeps beside it.

    A purchase may be called like another one's adjustment, so that a number alone would not do.
    """
    digest = hashlib.sha256(f"{purchase_id} {number}".encode()).hexdigest()
    return f"{purchase_id[:_READABLE]}.v{number}.{digest[:16]}"
