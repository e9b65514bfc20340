"""Capability `list-earning-rules`."""

from contracts.earning_rates import LIST_EARNING_RULES, EarningRulesList, ListEarningRules
from lambdas.earning_rates.model import rules_with_ends
from lambdas.earning_rates.store import RateStore
from pbckit.runtime.capability import CallContext, capability


@capability(LIST_EARNING_RULES)
def handler(_request: ListEarningRules, call: CallContext) -> EarningRulesList:
    """All earning rules by their beginning, and every change: who, when, before and after."""
    store = RateStore(call.runtime)
    return EarningRulesList(rules=rules_with_ends(store.rules()), changes=store.rules_changes())
