"""Capability `forecast`."""

from contracts.points_ledger import FORECAST, Forecast, GetForecast
from lambdas.points_ledger.services import answers
from lambdas.points_ledger.services.member_ledger import standing
from lambdas.points_ledger.storage.ledger import Ledger
from pbckit.runtime.capability import CallContext, capability


@capability(FORECAST)
def handler(request: GetForecast, call: CallContext) -> Forecast:
    """What a member's points will come to, if nothing is spent."""
    now = call.runtime.clock.now()
    return answers.forecast(standing(Ledger(call.runtime), request.member_id, now), now)
