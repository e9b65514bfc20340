"""Subscription `release-pending`: authorisations that the card system took back."""

from contracts.cards import AuthorisationReversed
from lambdas.points_ledger.services import pending
from pbckit.runtime.subscriber import EventContext, Subscriber

handler = Subscriber(inbox=False)
"""An ending is kept by the authorisation's id: the same again changes nothing, whatever event tells it."""


@handler.on(AuthorisationReversed)
def authorisation_reversed(event: AuthorisationReversed, context: EventContext) -> None:
    """Let a purchase be pending no longer, also if its authorisation comes later."""
    pending.commit_once(
        context, event.authorisation_id, lambda: pending.ended(context.runtime, event.authorisation_id, "reversed")
    )
