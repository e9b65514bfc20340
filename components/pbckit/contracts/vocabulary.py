"""The value types that contracts of any domain are made of."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

Identifier = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$", description="1 to 64 characters, opaque")
]
Key = Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40, description="kebab-case key")]
Pattern = Annotated[
    str, Meta(pattern=r"^(\*|[a-z0-9]+(-[a-z0-9]+)*)$", max_length=40, description="kebab-case key, or * for any")
]
Name = Annotated[str, Meta(min_length=1, max_length=120)]
DecimalString = Annotated[
    str, Meta(pattern=r"^[0-9]{1,6}(\.[0-9]{1,6})?$", description="exact decimal as a string, never a float")
]
PageSize = Annotated[int, Meta(ge=1, le=1000, description="how many at most")]
Instant = Annotated[datetime, Meta(tz=True, description="RFC 3339 date-time with an offset")]
