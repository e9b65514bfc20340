"""Capability `estimate`: what an authorised purchase is likely to earn."""

from contracts.cards import LONGEST_AUTHORISATION_DAYS, PurchaseAuthorised, PurchasePosted
from contracts.points_calculation import ESTIMATE, Calculate, Estimate, EstimatePoints, PointsEstimated
from contracts.vocabulary import require_in_range
from lambdas.points_calculation.model.earning import require_billing_currency
from lambdas.points_calculation.services.bounds import bounds
from lambdas.points_calculation.services.earning import estimated
from pbckit.runtime.capability import CallContext, capability


@capability(ESTIMATE)
def handler(request: EstimatePoints, call: CallContext) -> Estimate:
    """Calculate an authorised purchase as if it were posted, and tell it. Caps are looked at, and nothing counts."""
    authorisation = request.authorisation
    _require_possible(authorisation, call)
    wanted = _as_if_posted(request, call)
    require_billing_currency(wanted)
    earned = estimated(wanted, call.runtime)
    work = call.unit_of_work()
    work.publish(
        PointsEstimated(authorisation_id=authorisation.id, points=earned.points, authorisation=authorisation),
        sequence=1,
    )
    work.commit()
    return Estimate(
        authorisation_id=authorisation.id,
        points=earned.points,
        category=request.category.category,
        lines=earned.lines,
    )


def _require_possible(authorisation: PurchaseAuthorised, call: CallContext) -> None:
    """Refuse instants that cannot be meant.

    Raises:
        InstantOutOfRange: it was authorised too long ago or too far ahead, or it ends before it begins or too late.
    """
    bounds().require(f"authorised_at of authorisation {authorisation.id}", authorisation.authorised_at, call.runtime)
    require_in_range(
        f"expires_at of authorisation {authorisation.id}",
        authorisation.expires_at,
        authorisation.authorised_at,
        days_back=0,
        days_ahead=LONGEST_AUTHORISATION_DAYS,
    )


def _as_if_posted(request: EstimatePoints, call: CallContext) -> Calculate:
    authorisation = request.authorisation
    return Calculate(
        purchase=PurchasePosted(
            id=authorisation.id,
            member_id=authorisation.member_id,
            card_product=authorisation.card_product,
            merchant=authorisation.merchant,
            amount=authorisation.amount,
            posted_at=authorisation.authorised_at,
        ),
        category=request.category,
        rate=request.rate,
        bonuses=request.bonuses,
        fallbacks=request.fallbacks,
        asked_at=call.runtime.clock.now(),
    )
