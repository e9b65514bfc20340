"""The value types that contracts are made of. Their meaning is written once, here and in `docs/glossary.md`."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from pbckit.contracts.definitions import Message

Identifier = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$", description="1 to 64 characters, opaque")
]
Key = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40, description="kebab-case key")]
Pattern = Annotated[
    str, Meta(pattern=r"^(\*|[a-z0-9]+(-[a-z0-9]+)*)$", max_length=40, description="kebab-case key, or * for any")
]
Name = Annotated[str, Meta(min_length=1, max_length=120)]

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
DecimalString = Annotated[
    str, Meta(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6})?$", description="exact decimal as a string, never a float")
]

PageSize = Annotated[int, Meta(ge=1, le=1000, description="how many at most")]

Instant = Annotated[datetime, Meta(tz=True, description="RFC 3339 date-time with an offset")]


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
