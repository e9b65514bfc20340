"""Capability `set-rate`."""

from contracts.earning_rates import (
    SET_RATE,
    EarningRateChanged,
    RateOverlap,
    RateVersion,
    SetRate,
    require_card_products,
)
from contracts.merchant_categorization import require_categories
from lambdas.earning_rates.model import ended
from lambdas.earning_rates.store import RateStore
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(SET_RATE)
def handler(request: SetRate, call: CallContext) -> RateVersion:
    """Let a rate take effect from an instant on."""
    require_categories([request.category], f"rate of {request.card_product}")
    _require_card_product(request, RateStore(call.runtime))
    return retry_on_conflict(lambda: _set(request, call), call.runtime)


def _require_card_product(request: SetRate, store: RateStore) -> None:
    """Refuse a card product that is not registered. None is ever taken away, so that it can be read beforehand."""
    if store.card_product(request.card_product) is None:
        known = [one.card_product for one in store.card_products()]
        require_card_products([request.card_product], known, f"rate at {request.category}")


def _set(request: SetRate, call: CallContext) -> RateVersion:
    store = RateStore(call.runtime)
    # Read first what the transaction expects: a change that comes after this line makes it fail and decide anew.
    number = store.changes(request.card_product, request.category) + 1
    before = store.starting_at(request.card_product, request.category, request.effective_from)
    if before is not None and not request.replace:
        raise RateOverlap(
            f"{request.card_product} at {request.category}: a rate of {before.points_per_unit} begins at "
            f"{before.effective_from.isoformat()} already; `replace` corrects it"
        )
    after = ended(_version(request, call), store.history(request.card_product, request.category))
    work = call.unit_of_work()
    work.add(*store.change(before, after, number))
    work.publish(_event(after), sequence=number)
    work.commit()
    return after


def _version(request: SetRate, call: CallContext) -> RateVersion:
    return RateVersion(
        card_product=request.card_product,
        category=request.category,
        points_per_unit=request.points_per_unit,
        effective_from=request.effective_from,
        effective_to=None,
        points_per_purchase=request.points_per_purchase,
        points_per_member_month=request.points_per_member_month,
        changed_by=call.cause.actor,
        changed_at=call.runtime.clock.now(),
    )


def _event(after: RateVersion) -> EarningRateChanged:
    return EarningRateChanged(
        rate_key=f"{after.card_product}/{after.category}",
        card_product=after.card_product,
        category=after.category,
        points_per_unit=after.points_per_unit,
        effective_from=after.effective_from,
        effective_to=after.effective_to,
        changed_by=after.changed_by,
        changed_at=after.changed_at,
    )
