"""legacy-rewards: the service of the monolith, as it was found. Its words are its own; a facade translates them.

It knows no envelope, no refusal and no types: a message is `{"op": …}`, and an answer has `rc` 0 or an error code.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from pbckit.contracts.definitions import Capability, Message, Request, UnitKind

UNIT = "legacy-rewards"
KIND = UnitKind.LEGACY

LegacyCode = Annotated[str, Meta(pattern=r"^[A-Z]{3}$", description="the monolith's own category code")]


class Classify(Request, frozen=True, kw_only=True, tag="CLASSIFY", tag_field="op"):
    """Which category a shop is in."""

    shop: str
    mcc: int
    """A number: `0742` is 742 here."""
    src: str
    """Who asks; counted."""


class Assign(Request, frozen=True, kw_only=True, tag="ASSIGN", tag_field="op"):
    """The back office puts a shop into a category by hand."""

    shop: str
    cat: LegacyCode
    user: str


class Export(Request, frozen=True, kw_only=True, tag="EXPORT", tag_field="op"):
    """The shops with a category by hand, a page at a time."""

    limit: Annotated[int, Meta(ge=1, le=1000)] = 100
    after: str | None = None


class Usage(Request, frozen=True, kw_only=True, tag="USAGE", tag_field="op"):
    """Who asked for a category, and when last."""


class LegacyRequest(Request, frozen=True, kw_only=True):
    """Not a message of its own: each operation is sent as it is."""

    operation: Classify | Assign | Export | Usage


class AssignedShop(msgspec.Struct, frozen=True, kw_only=True):
    shop: str
    cat: LegacyCode


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    src: str
    calls: int
    last: str
    """Local form `YYYYMMDDhhmmss`, in UTC."""


class LegacyAnswer(Message, frozen=True, kw_only=True):
    """All operations answer in one form; what does not apply is missing."""

    rc: int
    msg: str = ""
    cat: LegacyCode | None = None
    man: Annotated[str, Meta(pattern=r"^[YN]$")] | None = None
    """`Y` where the category was set by hand."""
    rows: tuple[AssignedShop, ...] = ()
    next: str | None = None
    callers: tuple[Caller, ...] = ()


SERVICE = Capability(
    unit=UNIT,
    name="service",
    request=LegacyRequest,
    response=LegacyAnswer,
    callers=("categorization-facade", "operations"),
)
