"""Capability `set-earning-rules`."""

from contracts.earning_rates import SET_EARNING_RULES, EarningRules, RatesAreFixed, SetEarningRules
from pbckit.runtime.capability import CallContext, capability


@capability(SET_EARNING_RULES, keeps_state=False)
def handler(_request: SetEarningRules, _call: CallContext) -> EarningRules:
    """Refused: these rules are changed by a deployment."""
    raise RatesAreFixed("earning rules are in a file that is deployed; change earning_rules.json")
