"""Subscription: a rate or the earning rules changed. Purchases that it touches are calculated anew."""

from contracts.earning_rates import EarningRateChanged, EarningRulesChanged
from lambdas.points_calculation.storage.changes import ChangeStore
from lambdas.points_calculation.storage.records import ProgrammeChange
from pbckit.runtime.subscriber import EventContext, Subscriber

handler = Subscriber()

ANY = "*"


@handler.on(EarningRateChanged)
def rate_changed(event: EarningRateChanged, context: EventContext) -> None:
    """Note it; `find_outdated` goes through the purchases."""
    _note(event, event.rate_key, event.card_product, event.category, context)


@handler.on(EarningRulesChanged)
def rules_changed(event: EarningRulesChanged, context: EventContext) -> None:
    """Note it: any purchase may earn now or earn no more. Where nothing differs, recalculating writes nothing."""
    _note(event, event.rules_key, ANY, ANY, context)


def _note(
    event: EarningRateChanged | EarningRulesChanged, key: str, card_product: str, category: str, context: EventContext
) -> None:
    change = ProgrammeChange(
        change_id=context.cause.event_id or key,
        outdated="rate",
        card_products=[card_product],
        categories=[category],
        since=event.effective_from,
        until=event.effective_to,
        changed_at=event.changed_at,
        correlation_id=context.cause.correlation_id,
        next_at=event.changed_at,
    )
    work = context.unit_of_work()
    work.add(ChangeStore(context.runtime).noted(change))
    work.commit()
