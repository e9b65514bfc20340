"""Capability `set-earning-rules`."""

from datetime import datetime

from contracts.earning_rates import (
    SET_EARNING_RULES,
    EarningRules,
    EarningRulesChanged,
    RulesOverlap,
    SetEarningRules,
    require_card_products,
)
from contracts.merchant_categorization import require_categories
from lambdas.earning_rates.model import require_once, rules_with_ends
from lambdas.earning_rates.store import RateStore
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict

_KEY = "earning-rules"


@capability(SET_EARNING_RULES)
def handler(request: SetEarningRules, call: CallContext) -> EarningRules:
    """Let other purchases earn nothing from an instant on."""
    require_categories(request.excluded_categories, "excluded_categories")
    require_once(request)
    known = [one.card_product for one in RateStore(call.runtime).card_products()]
    require_card_products([one.card_product for one in request.minimums], known, "minimums")
    return retry_on_conflict(lambda: _set(request, call), call.runtime)


def _set(request: SetEarningRules, call: CallContext) -> EarningRules:
    store = RateStore(call.runtime)
    # Read first what the transaction expects: a change that comes after this line makes it fail and decide anew.
    number = store.rules_changed() + 1
    others = {one.effective_from: one for one in store.rules()}
    before = others.get(request.effective_from)
    if before is not None and not request.replace:
        begin = request.effective_from.isoformat()
        raise RulesOverlap(f"earning rules begin at {begin} already; `replace` corrects them")
    after = _ended(request, others, call)
    work = call.unit_of_work()
    work.add(*store.change_rules(before, after, number))
    work.publish(_event(after, number), sequence=number)
    work.commit()
    return after


def _ended(request: SetEarningRules, others: dict[datetime, EarningRules], call: CallContext) -> EarningRules:
    after = EarningRules(
        excluded_categories=sorted(set(request.excluded_categories)),
        minimums=request.minimums,
        effective_from=request.effective_from,
        effective_to=None,
        changed_by=call.cause.actor,
        changed_at=call.runtime.clock.now(),
    )
    everything = others | {after.effective_from: after}
    in_order = rules_with_ends([everything[begin] for begin in sorted(everything)])
    return next(one for one in in_order if one.effective_from == after.effective_from)


def _event(after: EarningRules, number: int) -> EarningRulesChanged:
    return EarningRulesChanged(
        rules_key=_KEY,
        excluded_categories=after.excluded_categories,
        minimums=after.minimums,
        effective_from=after.effective_from,
        effective_to=after.effective_to,
        version=number,
        changed_by=after.changed_by,
        changed_at=after.changed_at,
    )
