"""Capability `set-tiers`."""

import msgspec

from contracts.tiers import SET_TIERS, SetTiers, TierSet, TiersOverlap
from lambdas.tiers.model import in_order
from lambdas.tiers.store import TierStore
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(SET_TIERS)
def handler(request: SetTiers, call: CallContext) -> TierSet:
    """Let a set of tiers take effect. Members whose tier it changes are reviewed within minutes."""
    return retry_on_conflict(lambda: _set(request, call), call.runtime)


def _set(request: SetTiers, call: CallContext) -> TierSet:
    store = TierStore(call.runtime)
    # Read first what the transaction expects: a change that comes after this line makes it fail and decide anew.
    head = store.head()
    before = store.beginning_at(request.effective_from)
    if before is not None and not request.replace:
        raise TiersOverlap(
            f"other tiers begin at {before.effective_from.isoformat()} already: "
            f"{', '.join(tier.name for tier in before.tiers)}; `replace` corrects them"
        )
    after = TierSet(
        effective_from=request.effective_from,
        tiers=in_order(request.tiers),
        changed_by=call.cause.actor,
        changed_at=call.runtime.clock.now(),
    )
    work = call.unit_of_work()
    work.add(*store.change(before, after, head.changes + 1 if head else 1))
    work.commit()
    later = [one.effective_from for one in store.sets() if one.effective_from > after.effective_from]
    return msgspec.structs.replace(after, effective_to=min(later, default=None))
