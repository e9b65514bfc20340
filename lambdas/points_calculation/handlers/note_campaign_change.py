"""Subscription: a campaign was made or changed. Purchases in its window are calculated anew."""

from contracts.campaigns import CampaignChanged
from lambdas.points_calculation.storage.changes import ChangeStore
from lambdas.points_calculation.storage.records import ProgrammeChange
from pbckit.runtime.subscriber import EventContext, Subscriber

handler = Subscriber()


@handler.on(CampaignChanged)
def campaign_changed(event: CampaignChanged, context: EventContext) -> None:
    """Note it; `find_outdated` goes through the purchases.

    Only the window as it is now is gone through: what a purchase got while it was in the window stays its own.
    """
    change = ProgrammeChange(
        change_id=context.cause.event_id or event.campaign_id,
        outdated="bonuses",
        card_products=event.card_products,
        categories=event.categories,
        since=event.starts_at,
        until=event.ends_at,
        changed_at=event.changed_at,
        correlation_id=context.cause.correlation_id,
        next_at=event.changed_at,
    )
    work = context.unit_of_work()
    work.add(ChangeStore(context.runtime).noted(change))
    work.commit()
