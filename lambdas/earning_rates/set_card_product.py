"""Capability `set-card-product`."""

from contracts.earning_rates import SET_CARD_PRODUCT, CardProduct, CardProductChanged, SetCardProduct
from lambdas.earning_rates.model import require_billable
from lambdas.earning_rates.store import RateStore
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(SET_CARD_PRODUCT)
def handler(request: SetCardProduct, call: CallContext) -> CardProduct:
    """Register a card product with the currency that it bills in, or change that."""
    require_billable(request)
    return retry_on_conflict(lambda: _set(request, call), call.runtime)


def _set(request: SetCardProduct, call: CallContext) -> CardProduct:
    store = RateStore(call.runtime)
    before = store.card_product(request.card_product)
    after = CardProduct(
        card_product=request.card_product,
        billing_currency=request.billing_currency,
        version=before.version + 1 if before else 1,
        changed_by=call.cause.actor,
        changed_at=call.runtime.clock.now(),
    )
    work = call.unit_of_work()
    work.add(store.keep_card_product(before, after))
    work.publish(
        CardProductChanged(
            card_product=after.card_product,
            billing_currency=after.billing_currency,
            version=after.version,
            changed_by=after.changed_by,
            changed_at=after.changed_at,
        ),
        sequence=after.version,
    )
    work.commit()
    return after
