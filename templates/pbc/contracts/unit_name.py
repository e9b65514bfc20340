"""unit-name: how much a member has bought."""

from typing import ClassVar

from pbckit.contracts.definitions import Capability, ContractError, Event, Message, Request
from pbckit.contracts.vocabulary import Identifier, Instant

UNIT = "unit-name"


class UnknownMember(ContractError):
    """No purchase of that member has come here."""


class StandingChanged(Event, frozen=True, kw_only=True):
    """A member's standing is another one, because a purchase was posted."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "member_id"

    member_id: Identifier
    purchases: int
    """How many there were, this one included."""
    last_posted_at: Instant


class FindStanding(Request, frozen=True, kw_only=True):
    member_id: Identifier


class Standing(Message, frozen=True, kw_only=True):
    member_id: Identifier
    purchases: int
    """How many there were."""
    last_posted_at: Instant
    """When the latest of them was posted, in whichever order they came."""


STANDING = Capability(
    unit=UNIT,
    name="standing",
    request=FindStanding,
    response=Standing,
    callers=("operations",),
    errors=(UnknownMember,),
)
