"""The value types of the rewards domain. Their meaning is written once, here and in `docs/glossary.md`."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from typing import Annotated

import msgspec
from msgspec import Meta

from pbckit.contracts.definitions import ContractError, Message
from pbckit.contracts.vocabulary import Identifier, Name

Mcc = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}$",
        description="ISO 18245 merchant category code; a string, 0742 is not 742",
        extra={"example": "5812"},
    ),
]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2", extra={"example": "DE"})]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$", description="ISO 4217 alphabetic code", extra={"example": "EUR"})]
MinorUnits = Annotated[
    int, Meta(ge=1, le=1_000_000_000_000, description="amount in the currency's smallest unit, for example cents")
]

MOST_POINTS = 9_000_000_000_000
Points = Annotated[int, Meta(ge=0, le=MOST_POINTS, description="whole points")]
SignedPoints = Annotated[int, Meta(ge=-MOST_POINTS, le=MOST_POINTS, description="whole points, either sign")]


TotalPoints = Annotated[
    int, Meta(ge=0, description="sum of whole points; without an upper bound, as the number of its parts has none")
]
SignedTotalPoints = Annotated[
    int, Meta(description="sum of whole points, either sign; without bounds, as the number of its parts has none")
]


FURTHEST_DAYS_BACK, FURTHEST_DAYS_AHEAD = 36_500, 366
"""The widest bounds that a programme may set for when purchases and refunds were posted. Each month to come is a lot in
a member's account, which is one item: hence a year.
"""

USUAL_DAYS_BACK, USUAL_DAYS_AHEAD = 3650, 2
"""The bounds of a programme that sets none. A booking day may have begun elsewhere already."""


class InstantOutOfRange(ContractError):
    """An instant lies too far in the past or in the future. The message names it and what is allowed."""


def no_such_name(what: str, name: str, known: Iterable[str], otherwise: str) -> str:
    """What a refusal says of a name that nothing has: the nearest one, or else what can be done.

    Args:
        what: what is named, for example `category`.
        name: the name that nothing has.
        known: the names that there are.
        otherwise: said where none is near.
    """
    nearest = get_close_matches(name, list(known), n=1)
    return f"no {what} is called {name!r}; {f'did you mean {nearest[0]}?' if nearest else otherwise}"


def require_in_range(what: str, instant: datetime, now: datetime, *, days_back: int, days_ahead: int) -> None:
    """Refuse an instant that cannot be meant.

    Args:
        what: the field and whose it is, for the message.
        instant: the field's value.
        now: the instant from which days are counted.
        days_back: how far in the past it may be.
        days_ahead: how far in the future it may be.

    Raises:
        InstantOutOfRange: it is further away.
    """
    # The difference of two instants is always one; an instant that many days away from `now` need not be.
    if not timedelta(days=-days_back) <= instant - now <= timedelta(days=days_ahead):
        bounds = (_moved(now, -days_back), _moved(now, days_ahead))
        given, first, last = (one.astimezone(UTC).isoformat(timespec="seconds") for one in (instant, *bounds))
        raise InstantOutOfRange(
            f"{what} is {given}; allowed: from {first} to {last}, {days_back} days back and {days_ahead} ahead"
        )


def _moved(instant: datetime, days: int) -> datetime:
    """The instant so many days later, within the years 1 to 9999."""
    try:
        return instant + timedelta(days=days)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if days > 0 else datetime.min.replace(tzinfo=UTC)


class Money(Message, frozen=True, kw_only=True):
    """An amount of one currency."""

    minor_units: MinorUnits
    currency: Currency


class Merchant(msgspec.Struct, frozen=True, kw_only=True):
    """The merchant as the card scheme names it. `mcc` is the scheme's category, not ours."""

    id: Identifier
    name: Name
    """As members know it from their statements."""
    mcc: Mcc
    country: Country
