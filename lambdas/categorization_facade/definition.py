"""What moves: `categorize`, keyed by the merchant."""

from functools import cache
from pathlib import Path

from contracts.categorization_facade import CATEGORIZE as FACADE
from contracts.categorization_facade import MigrationRolledBack, RoutingChanged
from contracts.merchant_categorization import CATEGORIZE, Categorization, Categorize
from lambdas.categorization_facade import legacy
from pbckit.contracts.definitions import Event
from pbckit.contracts.migration import Setting
from pbckit.strangler.comparison import read_rules
from pbckit.strangler.environment import facade_environment
from pbckit.strangler.facade import Migrating, Sides
from pbckit.strangler.ramp import read_plans
from pbckit.strangler.steering import Steering

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


def sides(seconds: float) -> Sides[Categorize, Categorization]:
    """Both sides, as infrastructure names them; each is waited for so long."""
    here = facade_environment()
    return Sides(migrating=migrating(), legacy=here.legacy(seconds), candidate=here.candidate(seconds))


def steering() -> Steering:
    """What changes the setting, and tells."""
    return Steering(migrating().plans, told)


def told(setting: Setting, rolled_back: bool) -> Event:  # noqa: FBT001 the second of two facts, not an option
    """The event of a change."""
    kind = MigrationRolledBack if rolled_back else RoutingChanged
    return kind(
        capability=FACADE.name,
        before=setting.before,
        routing=setting.routing,
        effective_at=setting.effective_at,
        changed_by=setting.changed_by,
        reason=setting.reason,
    )
