"""Capability `list-earning-rules`."""

from contracts.earning_rates import LIST_EARNING_RULES, EarningRulesChange, EarningRulesList, ListEarningRules
from lambdas.earning_rates_file.rates import RULES
from pbckit.runtime.capability import CallContext, capability


@capability(LIST_EARNING_RULES, keeps_state=False)
def handler(_request: ListEarningRules, _call: CallContext) -> EarningRulesList:
    """The earning rules in the file. What they were before they were corrected, git has."""
    written = sorted(RULES, key=lambda one: (one.changed_at, one.effective_from))
    return EarningRulesList(rules=list(RULES), changes=[EarningRulesChange(before=None, after=one) for one in written])
