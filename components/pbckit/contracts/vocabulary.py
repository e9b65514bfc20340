"""The value types that contracts of any domain are made of.

`extra` of a type is for error messages: an `example`, and what is `allowed` where the description does not say it.
"""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

Identifier = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$",
        description="1 to 64 characters, opaque",
        extra={"allowed": "1 to 64 letters, digits, . _ : or -, a letter or digit first", "example": "item-001"},
    ),
]
Key = Annotated[
    str,
    Meta(
        pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$",
        max_length=40,
        description="kebab-case key",
        extra={"example": "dining-out"},
    ),
]
Pattern = Annotated[
    str,
    Meta(
        pattern=r"^(\*|[a-z0-9]+(-[a-z0-9]+)*)$",
        max_length=40,
        description="kebab-case key, or * for any",
        extra={"example": "dining-out"},
    ),
]
Name = Annotated[str, Meta(min_length=1, max_length=120)]
DecimalString = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,6}(\.[0-9]{1,6})?$",
        description="exact decimal as a string, never a float",
        extra={"example": "1.5"},
    ),
]
PageSize = Annotated[int, Meta(ge=1, le=1000, description="how many at most")]
Instant = Annotated[
    datetime, Meta(tz=True, description="RFC 3339 date-time with an offset", extra={"example": "2026-06-01T12:00:00Z"})
]
