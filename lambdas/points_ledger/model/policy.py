"""What the programme decides, and the ledger carries out."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from contracts.points_ledger import PointsOnClosing
from contracts.vocabulary import FURTHEST_DAYS_AHEAD, FURTHEST_DAYS_BACK, MOST_POINTS, USUAL_DAYS_AHEAD, USUAL_DAYS_BACK

MOST_OPEN_HOLDS = 100
"""Of one member: open holds stand in the account's item, which every posting writes."""
LONGEST_HOLD_DAYS = 30


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The programme's decisions about points."""

    expiry_months: Annotated[int, Meta(ge=1, le=60)] | None = 24
    """Points live for so many months, and until the month ends; None for ever. Five years at most: one transaction must
    be able to touch all lots of a member.
    """
    shortfall: Literal["debt", "clamp"] = "debt"
    """What becomes of points that are to be taken back and were spent already: owed, or forgiven."""
    correction_limit: Annotated[int, Meta(ge=1, le=MOST_POINTS)] = 10_000
    """A correction by hand of more points, given or taken, needs a second person's approval."""
    points_on_closing: PointsOnClosing = "keep-until-expiry"
    """What becomes of a member's points when the account is closed."""
    days_back: Annotated[int, Meta(ge=1, le=FURTHEST_DAYS_BACK)] = USUAL_DAYS_BACK
    """How many days before its event a purchase may have been posted."""
    days_ahead: Annotated[int, Meta(ge=1, le=FURTHEST_DAYS_AHEAD)] = USUAL_DAYS_AHEAD
    """How many days after its event."""
