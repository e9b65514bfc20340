"""Capability `forecast`."""

from contracts.points_ledger import FORECAST, ExpiringPoints, Forecast, GetForecast
from lambdas.points_ledger.model.lots import NEVER, expires_at
from lambdas.points_ledger.services.member_ledger import standing
from lambdas.points_ledger.storage.ledger import Ledger
from pbckit.runtime.capability import CallContext, capability


@capability(FORECAST)
def handler(request: GetForecast, call: CallContext) -> Forecast:
    """What a member's points will come to, if nothing is spent."""
    now = call.runtime.clock.now()
    lots = standing(Ledger(call.runtime), request.member_id, now).spendable(now)
    return Forecast(
        member_id=request.member_id,
        expiring=[
            ExpiringPoints(expires_at=end, points=points)
            for lot, points in lots.items()
            if (end := expires_at(lot)) is not None
        ],
        lasting_points=lots.get(NEVER, 0),
    )
