"""Subscription `note-purchase`: a purchase changes its member's standing."""

from contracts.cards import PurchasePosted
from contracts.unit_name import StandingChanged
from lambdas.unit_name.model import after_purchase
from lambdas.unit_name.store import StandingStore
from pbckit.runtime.subscriber import Received, Subscriber
from pbckit.runtime.unit_of_work import until_fresh

handler = Subscriber()


@handler.on(PurchasePosted)
def purchase_posted(event: PurchasePosted, received: Received) -> None:
    """Count it, and tell. State, event and the mark that it was handled go into one transaction."""
    until_fresh(lambda: _count(event, received), received.runtime)


def _count(event: PurchasePosted, received: Received) -> None:
    standings = StandingStore(received.runtime)
    before = standings.find(event.member_id)
    after = after_purchase(before, event.member_id, event.posted_at)
    work = received.unit_of_work()
    work.add(standings.change(before, after))
    work.publish(
        StandingChanged(member_id=after.member_id, purchases=after.purchases, last_posted_at=after.last_posted_at),
        sequence=after.purchases,
    )
    work.commit()
