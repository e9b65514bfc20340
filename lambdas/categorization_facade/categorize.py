"""Capability `categorize`, answered in the stead of merchant-categorization."""

from functools import cache

from contracts.categorization_facade import CATEGORIZE
from contracts.merchant_categorization import Categorization, Categorize
from lambdas.categorization_facade.definition import sides
from pbckit.runtime.capability import Asked, capability
from pbckit.strangler.environment import ON_THE_PATH_SECONDS, facade_environment
from pbckit.strangler.facade import Facade, SettingCache


@capability(CATEGORIZE)
def handler(request: Categorize, asked: Asked) -> Categorization:
    """Which category a merchant belongs to, by the side that its id belongs to."""
    return _facade().answer(request, asked)


@cache
def _facade() -> Facade[Categorize, Categorization]:
    return Facade(sides=sides(ON_THE_PATH_SECONDS), notes=facade_environment().notes(), settings=SettingCache())
