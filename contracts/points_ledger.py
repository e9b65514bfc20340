"""points-ledger: who owns how many points, by double entry."""

from typing import ClassVar, Literal

from contracts.definitions import Capability, ContractError, Event, Message, Request
from contracts.vocabulary import Identifier, Instant, PageSize, Points, SignedPoints

UNIT = "points-ledger"


class UnknownMember(ContractError):
    """The ledger has no account for that member."""


class ConflictingPosting(ContractError):
    """The same posting id came before with other content. The message names the difference."""


class Entry(Message, frozen=True, kw_only=True):
    """One leg of a posting. The amounts of all legs of a posting add up to zero."""

    account: str
    """`member:<id>`, or one of the programme's accounts: `programme:issued`."""
    amount_points: SignedPoints
    """Positive credits the account, negative debits it."""


class PointsPosted(Event, frozen=True, kw_only=True):
    """Points were booked to a member's account."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "member_id"

    posting_id: Identifier
    """The id of what was posted, for example of the purchase."""
    member_id: Identifier
    points: SignedPoints
    balance_points: SignedPoints
    """The member's balance right after this posting."""


class GetBalance(Request, frozen=True, kw_only=True):
    member_id: Identifier


class Balance(Message, frozen=True, kw_only=True):
    member_id: Identifier
    balance_points: Points
    version: int
    """Counts the member's postings."""


class GetStatement(Request, frozen=True, kw_only=True):
    member_id: Identifier
    limit: PageSize = 50
    before: int | None = None
    """Only postings with a sequence below it: `next` of the page before."""


class StatementLine(Message, frozen=True, kw_only=True):
    sequence: int
    posting_id: str
    kind: Literal["earned", "adjusted"]
    points: SignedPoints
    balance_points: SignedPoints
    text: str
    posted_at: Instant


class Statement(Message, frozen=True, kw_only=True):
    member_id: Identifier
    balance_points: Points
    lines: list[StatementLine]
    """Newest first."""
    next: int | None = None


BALANCE = Capability(
    unit=UNIT,
    name="balance",
    request=GetBalance,
    response=Balance,
    callers=("operations",),
    errors=(UnknownMember,),
)
STATEMENT = Capability(
    unit=UNIT,
    name="statement",
    request=GetStatement,
    response=Statement,
    callers=("operations",),
    errors=(UnknownMember,),
)
