"""Capability `settle-difference`."""

from contracts.points_calculation import SETTLE_DIFFERENCE, Difference, SettleDifference, UnknownDifference
from lambdas.points_calculation.storage.confirmations import ConfirmationStore
from pbckit.runtime.capability import Asked, capability
from pbckit.runtime.unit_of_work import until_fresh


@capability(SETTLE_DIFFERENCE)
def handler(request: SettleDifference, asked: Asked) -> Difference:
    """Count a difference no longer. What is not posted cannot be settled: it must be posted."""
    return until_fresh(lambda: _settle(request, asked), asked.runtime)


def _settle(request: SettleDifference, asked: Asked) -> Difference:
    store = ConfirmationStore(asked.runtime)
    found = store.difference(request.posting_id)
    if found is None:
        raise UnknownDifference(f"no difference of posting {request.posting_id!r} is open")
    work = asked.unit_of_work()
    work.add(*store.settled(found, request.reason, asked.cause.actor, asked.runtime.clock.now()))
    work.commit()
    return found
