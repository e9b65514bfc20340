"""The value types of the rewards domain. Their meaning is written once, here and in `docs/glossary.md`."""

from typing import Annotated

import msgspec
from msgspec import Meta

from pbckit.contracts.definitions import Message
from pbckit.contracts.vocabulary import Identifier, Name

Mcc = Annotated[
    str, Meta(pattern=r"^[0-9]{4}$", description="ISO 18245 merchant category code; a string, 0742 is not 742")
]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
Currency = Annotated[str, Meta(pattern=r"^[A-Z]{3}$", description="ISO 4217 alphabetic code")]
MinorUnits = Annotated[
    int, Meta(ge=1, le=1_000_000_000_000, description="amount in the currency's smallest unit, for example cents")
]

MOST_POINTS = 9_000_000_000_000
Points = Annotated[int, Meta(ge=0, le=MOST_POINTS, description="whole points")]
SignedPoints = Annotated[int, Meta(ge=-MOST_POINTS, le=MOST_POINTS, description="whole points, either sign")]


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
