"""Capability `set-override`."""

from contracts.merchant_categorization import (
    SET_OVERRIDE,
    MerchantOverride,
    MerchantRecategorized,
    SetMerchantOverride,
    require_categories,
)
from lambdas.merchant_categorization.store import OverrideStore
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(SET_OVERRIDE)
def handler(request: SetMerchantOverride, call: CallContext) -> MerchantOverride:
    """Say by hand which category a merchant belongs to, or leave it to its code again."""
    require_categories([request.category] if request.category else [], f"merchant {request.merchant_id}")
    return retry_on_conflict(lambda: _set(request, call), call.runtime)


def _set(request: SetMerchantOverride, call: CallContext) -> MerchantOverride:
    store, now = OverrideStore(call.runtime), call.runtime.clock.now()
    before = store.find(request.merchant_id)
    after = MerchantOverride(
        merchant_id=request.merchant_id,
        category=request.category,
        reason=request.reason,
        changed_by=call.cause.actor,
        changed_at=now,
        version=before.version + 1 if before else 1,
    )
    event = MerchantRecategorized(
        merchant_id=request.merchant_id,
        category_before=before.category if before else None,
        category=request.category,
        changed_by=call.cause.actor,
        changed_at=now,
    )
    work = call.unit_of_work()
    work.add(*store.change(before, after))
    work.publish(event, sequence=after.version)
    work.commit()
    return after
