"""Capability `steer`."""

from contracts.categorization_facade import STEER
from lambdas.categorization_facade.definition import steering
from pbckit.contracts.migration import Setting, Steer
from pbckit.runtime.capability import Asked, capability


@capability(STEER)
def handler(request: Steer, asked: Asked) -> Setting:
    """Change who answers, as far as the evidence allows it."""
    return steering().steer(request.order, request.reason, asked.runtime, asked.cause)
