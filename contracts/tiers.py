"""tiers: which tier a member has, by the points of the last twelve months."""

from collections.abc import Sequence
from typing import Annotated, ClassVar

from msgspec import Meta

from contracts.vocabulary import SignedTotalPoints, TotalPoints
from pbckit.contracts.definitions import Capability, ContractError, Event, Message, Request
from pbckit.contracts.vocabulary import Identifier, Instant, Key, Name

UNIT = "tiers"


class UnknownMember(ContractError):
    """No points of that member were counted."""


class InvalidTiers(ContractError):
    """Two tiers have the same name or the same threshold. The message names them."""


class TiersOverlap(ContractError):
    """Another set of tiers begins at that instant."""


class Tier(Message, frozen=True, kw_only=True):
    """A tier, and from how many qualifying points on a member has it."""

    name: Key
    threshold_points: TotalPoints
    """0 for a tier that every member has."""


class TierChanged(Event, frozen=True, kw_only=True):
    """A member has another tier, because points were counted, points left the window, or the tiers changed."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "member_id"

    member_id: Identifier
    tier: Key | None
    """None where the member has too few points for any."""
    previous_tier: Key | None
    """The tier that was published last; None for none."""
    qualifying_points: SignedTotalPoints
    """What counted when it changed."""


Tiers = Annotated[list[Tier], Meta(min_length=1, max_length=20, description="1 to 20 tiers")]


def require_distinct(tiers: Sequence[Tier]) -> None:
    """Refuse tiers of which two cannot be told apart.

    Raises:
        InvalidTiers: a name or a threshold is there twice.
    """
    for field in ("name", "threshold_points"):
        values = [getattr(tier, field) for tier in tiers]
        twice = sorted({str(value) for value in values if values.count(value) > 1})
        if twice:
            raise InvalidTiers(f"{field} {', '.join(twice)}: given more than once; each tier has its own")


class SetTiers(Request, frozen=True, kw_only=True):
    """Let a set of tiers take effect from an instant on, in the place of all tiers before."""

    effective_from: Instant
    tiers: Tiers
    """In any order; names and thresholds are each there once."""
    replace: bool = False
    """True corrects the set that begins at the same instant; False refuses with `TiersOverlap`."""


class TierSet(Message, frozen=True, kw_only=True):
    """The tiers that there are from an instant on."""

    effective_from: Instant
    effective_to: Instant | None = None
    """Where the next set begins; None while none does."""
    tiers: Tiers
    """By threshold, the lowest first."""
    changed_by: Name
    """Who set it: a person or a unit."""
    changed_at: Instant


class ListTiers(Request, frozen=True, kw_only=True):
    pass


class TierSets(Message, frozen=True, kw_only=True):
    sets: list[TierSet]
    """By their beginning."""


class GetTiersHistory(Request, frozen=True, kw_only=True):
    pass


class TiersChange(Message, frozen=True, kw_only=True):
    """One change: who made it and when stands in `after`."""

    before: TierSet | None
    """The set that it corrected; None where none began at that instant."""
    after: TierSet


class TiersHistory(Message, frozen=True, kw_only=True):
    changes: list[TiersChange]
    """In the order in which they were made."""


class GetTier(Request, frozen=True, kw_only=True):
    member_id: Identifier


class MemberTier(Message, frozen=True, kw_only=True):
    member_id: Identifier
    tier: Key | None
    """None where the member has too few points for any, or no tiers are set."""
    qualifying_points: SignedTotalPoints
    """Points booked in this month and the twelve before it. Below 0 where refunds of older purchases outweigh them."""
    next_tier: Key | None = None
    """The tier above it; None for the highest."""
    points_to_next: TotalPoints | None = None
    """How many more qualifying points the next tier takes."""
    valid_until: Instant | None = None
    """The first instant at which the member has another tier if no more points are counted; None where it stays."""


_OPERATIONS = ("operations",)

TIER = Capability(
    unit=UNIT,
    name="tier",
    request=GetTier,
    response=MemberTier,
    callers=_OPERATIONS,
    errors=(UnknownMember,),
    route="/members/{member_id}/tier",
)
SET_TIERS = Capability(
    unit=UNIT,
    name="set-tiers",
    request=SetTiers,
    response=TierSet,
    callers=_OPERATIONS,
    errors=(InvalidTiers, TiersOverlap),
    changes_state=True,
)
LIST_TIERS = Capability(unit=UNIT, name="list-tiers", request=ListTiers, response=TierSets, callers=_OPERATIONS)
TIERS_HISTORY = Capability(
    unit=UNIT,
    name="tiers-history",
    request=GetTiersHistory,
    response=TiersHistory,
    callers=_OPERATIONS,
)
