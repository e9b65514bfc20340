"""categorization-facade: `categorize` while it moves from the legacy system to merchant-categorization."""

from typing import ClassVar

from contracts import merchant_categorization
from contracts.merchant_categorization import Categorization, Categorize
from pbckit.contracts.definitions import Capability, Event, UnitKind
from pbckit.contracts.migration import (
    GetMigration,
    ListMismatches,
    Migration,
    Mismatches,
    NotPossible,
    NotReady,
    Routing,
    Setting,
    Steer,
)
from pbckit.contracts.vocabulary import Instant, Key, Name

UNIT = "categorization-facade"
KIND = UnitKind.FACADE


class RoutingChanged(Event, frozen=True, kw_only=True):
    """Other keys than before are answered by the candidate, or others are compared."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "capability"

    capability: Key
    before: Routing
    """Who answered until now."""
    routing: Routing
    """Who answers from `effective_at` on."""
    effective_at: Instant
    changed_by: Name
    """Who ordered it: a person, or the guard of the ramp."""
    reason: str
    """Why, in words for people."""


class MigrationRolledBack(Event, frozen=True, kw_only=True):
    """The candidate was worse than allowed, or somebody said so: its share went back, and the ramp stopped."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "capability"

    capability: Key
    before: Routing
    """Who answered until now."""
    routing: Routing
    """Who answers from `effective_at` on."""
    effective_at: Instant
    changed_by: Name
    """Who ordered it: a person, or the guard of the ramp."""
    reason: str
    """Why, in words for people."""


CATEGORIZE = Capability(
    unit=UNIT,
    name="categorize",
    request=Categorize,
    response=Categorization,
    callers=("earn-points", "true-up", "operations"),
    stands_for=merchant_categorization.CATEGORIZE,
)
MIGRATION = Capability(
    unit=UNIT,
    name="migration",
    request=GetMigration,
    response=Migration,
    callers=("operations",),
)
STEER = Capability(
    unit=UNIT,
    name="steer",
    request=Steer,
    response=Setting,
    callers=("operations",),
    errors=(NotReady, NotPossible),
    changes_state=True,
)
LIST_MISMATCHES = Capability(
    unit=UNIT,
    name="list-mismatches",
    request=ListMismatches,
    response=Mismatches,
    callers=("operations",),
)
