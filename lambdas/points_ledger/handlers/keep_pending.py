"""Subscription `keep-pending`: purchases that are authorised and not posted."""

from contracts.cards import LONGEST_AUTHORISATION_DAYS
from contracts.points_calculation import PointsEstimated
from contracts.vocabulary import require_in_range
from lambdas.points_ledger.services import pending
from lambdas.points_ledger.services.policy import policy
from pbckit.runtime.subscriber import EventContext, Subscriber

handler = Subscriber(inbox=False)
"""An authorisation is kept by its id, with what it said: the same again changes nothing, whatever event tells it."""


@handler.on(PointsEstimated)
def purchase_authorised(event: PointsEstimated, context: EventContext) -> None:
    """Let the estimated points of a purchase be pending, once. The first estimate stands.

    Raises:
        InstantOutOfRange: seen from its event the authorisation ends too far in the past or in the future.
        ConflictingAuthorisation: its id came before with other content.
        TooManyPending: the member has too many.
    """
    decided = policy()
    require_in_range(
        f"expires_at of authorisation {event.authorisation_id}",
        event.authorisation.expires_at,
        context.occurred_at,
        days_back=decided.days_back,
        days_ahead=decided.days_ahead + LONGEST_AUTHORISATION_DAYS,
    )
    pending.commit_once(
        context,
        event.authorisation_id,
        lambda: pending.begun(context.runtime, event.authorisation, event.points),
    )
