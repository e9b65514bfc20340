"""unit-name: how many EventName events there were of each field_name."""

from typing import ClassVar

from pbckit.contracts.definitions import Capability, ContractError, Event, Message, Request
from pbckit.contracts.vocabulary import Identifier, Instant

UNIT = "unit-name"


class NothingCounted(ContractError):
    """No event of that field_name has come."""


class UnitNameChanged(Event, frozen=True, kw_only=True):
    """A tally changed, because an event came."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "field_name"

    field_name: Identifier
    events: int
    """How many there were, this one included."""
    last_at: Instant


class GetTally(Request, frozen=True, kw_only=True):
    field_name: Identifier


class Tally(Message, frozen=True, kw_only=True):
    field_name: Identifier
    events: int
    """How many there were."""
    last_at: Instant
    """When the latest of them occurred, in whichever order they came."""


TALLY = Capability(
    unit=UNIT,
    name="tally",
    request=GetTally,
    response=Tally,
    callers=("operations",),
    errors=(NothingCounted,),
)
