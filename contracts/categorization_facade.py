"""categorization-facade: `categorize` while it moves from the legacy system to merchant-categorization."""

from typing import ClassVar

from contracts import merchant_categorization
from contracts.merchant_categorization import Categorization, Categorize
from pbckit.contracts.definitions import Capability, UnitKind
from pbckit.contracts.migration import RoutingChange, operated

UNIT = "categorization-facade"
KIND = UnitKind.FACADE


class RoutingChanged(RoutingChange, frozen=True, kw_only=True):
    """Other keys than before are answered by the candidate, or others are compared."""

    source: ClassVar[str] = UNIT


class MigrationRolledBack(RoutingChange, frozen=True, kw_only=True):
    """The candidate exceeded a limit, or an operator ordered it: its share was reduced, and the rollout stopped."""

    source: ClassVar[str] = UNIT


CATEGORIZE = Capability(
    unit=UNIT,
    name="categorize",
    request=Categorize,
    response=Categorization,
    callers=("earn-points", "true-up", "operations"),
    stands_for=merchant_categorization.CATEGORIZE,
)
MIGRATION, STEER, LIST_MISMATCHES = operated(UNIT)
