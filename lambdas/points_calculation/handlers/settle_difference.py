"""Capability `settle-difference`."""

from contracts.points_calculation import SETTLE_DIFFERENCE, Difference, SettleDifference, UnknownDifference
from lambdas.points_calculation.storage.confirmations import ConfirmationStore
from pbckit.runtime.capability import CallContext, capability
from pbckit.runtime.unit_of_work import retry_on_conflict


@capability(SETTLE_DIFFERENCE)
def handler(request: SettleDifference, call: CallContext) -> Difference:
    """Count a difference no longer. What is not posted cannot be settled: it must be posted."""
    return retry_on_conflict(lambda: _settle(request, call), call.runtime)


def _settle(request: SettleDifference, call: CallContext) -> Difference:
    store = ConfirmationStore(call.runtime)
    found = store.difference(request.posting_id)
    if found is None:
        raise UnknownDifference(f"no difference of posting {request.posting_id!r} is open")
    work = call.unit_of_work()
    work.add(*store.settled(found, request.reason, call.cause.actor, call.runtime.clock.now()))
    work.commit()
    return found
