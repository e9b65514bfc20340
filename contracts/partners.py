"""Facts from redemption partners, which are outside this project: what members spend points on."""

from typing import Annotated, ClassVar

from msgspec import Meta

from contracts.vocabulary import MOST_POINTS
from pbckit.contracts.definitions import Event
from pbckit.contracts.vocabulary import Identifier, Instant, Name

SOURCE = "partners"

SpentPoints = Annotated[int, Meta(ge=1, le=MOST_POINTS, description="whole points, at least one")]


class RedemptionRequested(Event, frozen=True, kw_only=True):
    """A member wants to spend points at a partner, who waits for them to be held."""

    source: ClassVar[str] = SOURCE
    aggregate: ClassVar[str] = "id"

    id: Identifier
    """Identity of the redemption, and of the hold that it leads to."""
    member_id: Identifier
    points: SpentPoints
    partner: Name
    """Name of the partner, as it stands in the statement."""
    requested_at: Instant


class RedemptionConfirmed(Event, frozen=True, kw_only=True):
    """The partner has delivered: the points that are held are spent."""

    source: ClassVar[str] = SOURCE
    aggregate: ClassVar[str] = "redemption_id"

    redemption_id: Identifier
    points: SpentPoints | None = None
    """What is spent of the points that are held; None for all of them. The rest is free again."""
    confirmed_at: Instant


class RedemptionDeclined(Event, frozen=True, kw_only=True):
    """The partner does not deliver: the points that are held are free again."""

    source: ClassVar[str] = SOURCE
    aggregate: ClassVar[str] = "redemption_id"

    redemption_id: Identifier
    reason: Name
    """Why, in words for people."""
    declined_at: Instant


class RewardReturned(Event, frozen=True, kw_only=True):
    """The partner has taken back what it delivered, or a part: the points for it are the member's again."""

    source: ClassVar[str] = SOURCE
    aggregate: ClassVar[str] = "redemption_id"

    id: Identifier
    """Identity of the return: the same return again changes nothing."""
    redemption_id: Identifier
    points: SpentPoints | None = None
    """What is given back of the points that were spent; None for all that is left of them."""
    returned_at: Instant
