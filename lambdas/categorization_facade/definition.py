"""What moves: `categorize`, keyed by the merchant."""

from functools import cache
from pathlib import Path

from contracts.categorization_facade import CATEGORIZE as FACADE
from contracts.categorization_facade import MigrationRolledBack, RoutingChanged
from contracts.merchant_categorization import CATEGORIZE, Categorization, Categorize
from lambdas.categorization_facade import legacy
from pbckit.strangler.comparison import read_rules
from pbckit.strangler.facade import Migrating
from pbckit.strangler.handlers import FacadeHandlers
from pbckit.strangler.ramp import read_plans

_HERE = Path(__file__).parent


@cache
def migrating() -> Migrating[Categorize, Categorization]:
    """The capability that moves."""
    return Migrating(
        capability=CATEGORIZE,
        key=lambda request: request.merchant.id,
        parts=lambda request: {"merchant_id": request.merchant.id, "mcc": request.merchant.mcc},
        ask_legacy=legacy.ask,
        rules=read_rules(_HERE / "ignored.json"),
        plans=read_plans(_HERE / "plans.json"),
    )


@cache
def facade() -> FacadeHandlers[Categorize, Categorization]:
    """The facade in front of it."""
    return FacadeHandlers(FACADE, migrating(), RoutingChanged, MigrationRolledBack)
