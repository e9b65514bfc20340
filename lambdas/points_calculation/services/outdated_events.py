"""Telling that calculations are outdated."""

import hashlib
from collections.abc import Sequence

from contracts.points_calculation import CalculationOutdated, Lookup
from pbckit.runtime.runtime import Runtime
from pbckit.runtime.unit_of_work import MessageContext, UnitOfWork

_READABLE = 30


def outdate(
    runtime: Runtime, correlation_id: str, purchases: Sequence[tuple[str, str]], lookups: Sequence[Lookup]
) -> UnitOfWork:
    """A transaction that tells of outdated calculations.

    Args:
        runtime: the function's world.
        correlation_id: of the external fact that all this follows from.
        purchases: for each an id of the recalculation, and the purchase's.
        lookups: what is to be looked up again, besides what fell back.
    """
    work = UnitOfWork(runtime, MessageContext(correlation_id=correlation_id, actor=runtime.unit))
    for identity, purchase_id in purchases:
        event = CalculationOutdated(recalculation_id=identity, purchase_id=purchase_id, outdated=list(lookups))
        work.publish(event, sequence=1)
    return work


def recalculation_id(purchase_id: str, occasion: str) -> str:
    """Identity of one recalculation: the same for the same purchase and occasion."""
    digest = hashlib.sha256(f"{purchase_id} {occasion}".encode()).hexdigest()
    return f"{purchase_id[:_READABLE]}.{digest[:24]}"
