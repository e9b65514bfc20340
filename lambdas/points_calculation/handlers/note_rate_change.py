"""Subscription: a rate changed. Purchases that it touches are calculated anew."""

from contracts.earning_rates import EarningRateChanged
from lambdas.points_calculation.storage.changes import ChangeStore
from lambdas.points_calculation.storage.records import ProgrammeChange
from pbckit.runtime.subscriber import EventContext, Subscriber

handler = Subscriber()


@handler.on(EarningRateChanged)
def rate_changed(event: EarningRateChanged, context: EventContext) -> None:
    """Note it; `find_outdated` goes through the purchases."""
    change = ProgrammeChange(
        change_id=context.cause.event_id or event.rate_key,
        outdated="rate",
        card_products=[event.card_product],
        categories=[event.category],
        since=event.effective_from,
        until=event.effective_to,
        changed_at=event.changed_at,
        correlation_id=context.cause.correlation_id,
        next_at=event.changed_at,
    )
    work = context.unit_of_work()
    work.add(ChangeStore(context.runtime).noted(change))
    work.commit()
