"""points-ledger: who owns how many points, by double entry."""

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from contracts.vocabulary import MOST_POINTS, Money, Points, SignedPoints, SignedTotalPoints, TotalPoints
from pbckit.contracts.definitions import Capability, ContractError, Event, Message, Request
from pbckit.contracts.vocabulary import Identifier, Instant, Name, PageSize

UNIT = "points-ledger"

SomePoints = Annotated[int, Meta(ge=1, le=MOST_POINTS, description="whole points, at least one")]
SomeTotalPoints = Annotated[
    int,
    Meta(ge=1, description="sum of whole points, at least one; without an upper bound"),
]
MOST_LINES = 999_999_999_999
"""Of a member: a line's number is stored with twelve digits."""
PostingKind = Literal[
    "earned",
    "adjusted",
    "held",
    "released",
    "redeemed",
    "reversed",
    "expired",
    "corrected",
    "enrolled",
    "closed",
]
CorrectionReason = Literal["goodwill", "missing-purchase", "wrong-points", "duplicate", "fraud", "system-error"]
"""Why a person changes a balance."""
RecordedReason = CorrectionReason | Literal["repair"]
"""`repair`: no points moved, the account was computed anew from its lines."""
BlockReason = Literal["fraud", "dispute", "legal", "account-takeover"]
"""Why points are kept from being spent."""
ReleaseReason = Literal["voided", "timed-out"]
ClosingReason = Literal["member-request", "card-cancelled", "inactive", "deceased", "fraud", "duplicate"]
"""Why a member's account is closed."""
MergeReason = Literal["duplicate", "member-request", "card-replaced", "system-error"]
"""Why two members' accounts become one."""
PointsOnClosing = Literal["forfeit", "keep-until-expiry"]
"""What becomes of the points of a closed account: they are gone at once, or can be spent until they expire."""
MemberState = Literal["open", "closed"]
Cursor = Annotated[str, Meta(pattern=r"^[0-9]+#", description="`next` of the page before")]


class UnknownMember(ContractError):
    """The ledger has no account for that member."""


class ConflictingPosting(ContractError):
    """The same posting id came before with other content. The message names the difference."""


class InsufficientPoints(ContractError):
    """The member can spend less than is asked for. The message says how much."""


class TooManyHolds(ContractError):
    """The member has as many open holds as the ledger keeps for one member."""


class HoldTooLong(ContractError):
    """The hold would end later than the ledger holds points. The message says how long that is."""


class ConflictingHold(ContractError):
    """The same hold id came before with other content. The message names the difference."""


class UnknownHold(ContractError):
    """Nothing is held under that id, or not yet."""


class HoldExpired(ContractError):
    """The hold's time is over, or was when it was asked for: its points are free again."""


class HoldSettled(ContractError):
    """The hold was posted, posted with another amount, or voided before. The message says which."""


class ExceedsHold(ContractError):
    """More would be spent than is held. The message says how much is."""


class UnknownRedemption(ContractError):
    """No points were spent under that hold's id."""


class ExceedsRedemption(ContractError):
    """More would be given back than is left of the redemption. The message says how much is."""


class ConflictingReversal(ContractError):
    """The same reversal id came before with other content. The message names the difference."""


class ApprovalRequired(ContractError):
    """So many points need the approval of a second person. The message says from how many on, and what is missing."""


class ConflictingCorrection(ContractError):
    """The same reference came before with other content. The message names the difference."""


class CannotRepair(ContractError):
    """A line itself is not what was booked: no entry mends that. The message names the line and what is wrong."""


class ClosedMember(ContractError):
    """The member's account is closed, for good. The message says since when, and what is refused."""


class CannotMerge(ContractError):
    """The two accounts cannot become one, or not yet. The message says why, and what to do first."""


class ConflictingMerge(ContractError):
    """The same reference came before with other content. The message names the difference."""


class CannotErase(ContractError):
    """The member cannot be erased, or not yet. The message names all that stands in the way, and what to do first."""


class ConflictingErasure(ContractError):
    """The reference, or the member, is of another erasure. The message says which."""


class ConflictingEnrolment(ContractError):
    """The member is enrolled with another date. The message says which."""


class PointsAreBlocked(ContractError):
    """The member has the points, and an operator keeps them from being spent. The message says how many are free."""


class UnknownPosting(ContractError):
    """Nothing of that purchase is booked to that member."""


class TooManyBlocks(ContractError):
    """The member has as many blocks as the ledger keeps for one member."""


class ConflictingBlock(ContractError):
    """The same block id came before with other content. The message names the difference."""


class UnknownBlock(ContractError):
    """Nothing is blocked under that id."""


class ConflictingAuthorisation(ContractError):
    """The same authorisation id came before with other content. The message names the difference."""


class TooManyPending(ContractError):
    """The member has as many pending purchases as the ledger keeps for one member."""


class Entry(Message, frozen=True, kw_only=True):
    """One leg of a posting. The amounts of all legs of a posting add up to zero."""

    account: str
    """`member:<id>` and `held:<id>` of a member, or one of the programme's accounts: `programme:issued`."""
    amount_points: SignedTotalPoints
    """Positive credits the account, negative debits it."""


class PointsPosted(Event, frozen=True, kw_only=True):
    """A posting was booked: the points of a purchase, or a correction of them."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "member_id"

    posting_id: Identifier
    """The id of what was posted: of the purchase, or of the adjustment."""
    member_id: Identifier
    points: SignedPoints
    """Points as reported, in full; `PointsReversed` says what was taken back."""
    balance_points: SignedTotalPoints
    """The member's balance right after this posting."""
    debt_points: TotalPoints = 0
    """What the member owes right after this posting."""
    hash: str | None = None
    """The member's chain of hashes right after this posting: whoever keeps it can prove the ledger's history."""
    forfeited_points: Points = 0
    """The part that the member did not get, because the account is closed."""
    reported_for: Identifier | None = None
    """The member for whom it was reported, where that account is merged into this one; None for `member_id`."""


class PointsReversed(Event, frozen=True, kw_only=True):
    """A correction took points of a purchase back. The five parts add up to what was to be taken back."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "member_id"

    posting_id: Identifier
    purchase_id: Identifier
    member_id: Identifier
    taken_points: Points
    """Taken from what the member had."""
    owed_points: Points
    """Spent already: a debt now, which later earnings repay."""
    forgiven_points: Points
    """Spent already, and not asked back."""
    expired_points: Points
    """Expired already: not taken twice."""
    forfeited_points: Points = 0
    """Forfeited already, as the account is closed: not taken twice."""


class PointsHeld(Event, frozen=True, kw_only=True):
    """Points were set aside for a redemption that is to be confirmed."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "member_id"

    hold_id: Identifier
    member_id: Identifier
    points: SomePoints
    expires_at: Instant


class HoldRefused(Event, frozen=True, kw_only=True):
    """Points were not held. The same hold is never held later either."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "hold_id"

    hold_id: Identifier
    member_id: Identifier
    points: SomePoints
    error: str
    """Name of the refusal, for example `InsufficientPoints`."""
    message: str
    """Why, in words for people."""


class HoldReleased(Event, frozen=True, kw_only=True):
    """A hold ended without being posted: its points are free again."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "member_id"

    hold_id: Identifier
    member_id: Identifier
    points: SomePoints
    reason: ReleaseReason
    """`voided` by the caller that held them, or `timed-out`: the hold ended unsettled."""
    forfeited_points: Points = 0
    """The part that did not become free, because the account is closed."""


class PointsRedeemed(Event, frozen=True, kw_only=True):
    """Points that were held were spent."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "member_id"

    hold_id: Identifier
    """Identity of the redemption too."""
    member_id: Identifier
    points: SomePoints
    released_points: Points
    """What was held beyond it, free again."""
    balance_points: TotalPoints
    forfeited_points: Points = 0
    """The part that did not become free, because the account is closed."""


class RedemptionReversed(Event, frozen=True, kw_only=True):
    """Points that were spent were given back, with the expiry that they had."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "member_id"

    reversal_id: Identifier
    hold_id: Identifier
    member_id: Identifier
    points: SomePoints
    repaid_points: Points
    """The part that repaid a debt."""
    balance_points: TotalPoints
    forfeited_points: Points = 0
    """The part that did not become free, because the account is closed."""


class PointsExpired(Event, frozen=True, kw_only=True):
    """Points that were not spent in time are gone."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "member_id"

    member_id: Identifier
    points: SomeTotalPoints
    """All that was left of a month's points, of as many purchases as there were."""
    expired_at: Instant
    balance_points: TotalPoints


class PointsCorrected(Event, frozen=True, kw_only=True):
    """A person corrected a member's points, by a posting of its own."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "member_id"

    reference: Identifier
    """Identity of the correction: the case, ticket or letter that led to it."""
    member_id: Identifier
    points: SignedPoints
    """Positive gives, negative takes; 0 for a repair, which moves none."""
    reason: RecordedReason
    """Why the points were corrected; `repair` where an account was computed anew and no points moved."""
    actor: str
    """Who made it."""
    approver: str | None = None
    """Who approved it, where so many points need that."""
    owed_points: Points = 0
    """What was to be taken and was not there: a debt now."""
    forgiven_points: Points = 0
    """What was to be taken and was not there, and is not asked for."""
    repaid_points: Points = 0
    """The part of what was given that repaid a debt."""
    balance_points: TotalPoints
    """The member's balance right after it."""
    hash: str
    """The member's chain of hashes right after it."""


class MemberEnrolled(Event, frozen=True, kw_only=True):
    """A member was enrolled, by a posting without points."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "member_id"

    member_id: Identifier
    enrolled_at: Instant
    """Since when the person is a member; the posting may be later."""
    actor: str
    """Who enrolled the person."""
    hash: str
    """The member's chain of hashes right after it."""


class MemberClosed(Event, frozen=True, kw_only=True):
    """A member's account was closed, for good."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "member_id"

    member_id: Identifier
    reason: ClosingReason
    """Why it was closed."""
    actor: str
    """Who closed it."""
    points: PointsOnClosing
    """What becomes of the points."""
    forfeited_points: TotalPoints
    """What the member could have spent, and lost by it."""
    balance_points: TotalPoints
    """What is left: points that are held, and points that are kept until they expire."""
    debt_points: TotalPoints
    """What the member owes."""
    closed_at: Instant
    hash: str
    """The member's chain of hashes right after it."""
    merged_into: Identifier | None = None
    """The member whose account got all that was left; None where the account was not merged."""


class MemberMerged(Event, frozen=True, kw_only=True):
    """Another member's account was merged into this one. That one is closed; what is reported for it comes here."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "member_id"

    reference: Identifier
    """Identity of the merge: the case, ticket or letter that led to it."""
    member_id: Identifier
    """Whose account goes on."""
    source_member_id: Identifier
    """Whose account was closed by it."""
    reason: MergeReason
    """Why they became one."""
    actor: str
    """Who merged them."""
    approver: str
    """Who approved it."""
    points: SignedTotalPoints
    """What the balance gained by it: below zero where a debt came and was repaid."""
    balance_points: TotalPoints
    """The member's balance right after it."""
    debt_points: TotalPoints
    """What the member owes right after it."""
    hash: str
    """The member's chain of hashes right after it."""


MOST_ERASED_AT_ONCE = 20
"""Postings of a member that one transaction erases, and one event tells of."""
ErasedIds = Annotated[list[Identifier], Meta(max_length=MOST_ERASED_AT_ONCE)]


class MemberErased(Event, frozen=True, kw_only=True):
    """Data of a member are gone from the ledger, and are to be forgotten by whoever keeps some. Told in parts."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "reference"

    reference: Identifier
    """Identity of the erasure: the case, ticket or letter that led to it."""
    member_id: Identifier
    """Who is to be forgotten; also each member whose account was merged into that one, in parts of its own."""
    purchase_ids: ErasedIds
    """Purchases of this part."""
    posting_ids: ErasedIds
    """Postings of this part that are of purchases: purchases, refunds and re-ratings."""
    corrections: ErasedIds
    """References of corrections by hand in this part."""


class PointsBlocked(Event, frozen=True, kw_only=True):
    """An operator keeps points from being spent. None moved."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "member_id"

    block_id: Identifier
    """Identity of the block: the case or ticket."""
    member_id: Identifier
    purchase_id: Identifier | None = None
    """The purchase whose points are blocked; None for all of the member's, also those to come."""
    reason: BlockReason
    """Why points are kept from being spent."""
    actor: str
    """Who blocked them."""


class PointsUnblocked(Event, frozen=True, kw_only=True):
    """A block was released: its points can be spent again."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "member_id"

    block_id: Identifier
    """Identity of the block that ended."""
    member_id: Identifier
    actor: str
    """Who released it."""


class GetBalance(Request, frozen=True, kw_only=True):
    member_id: Identifier
    at: Instant | None = None
    """As it was then, by what the ledger had booked until then, whenever a purchase was posted; of a time to come, what
    will be left if nothing more is booked. None for now. Of the past it reads the member's whole statement.
    """


class Balance(Message, frozen=True, kw_only=True):
    member_id: Identifier
    balance_points: TotalPoints
    """What the member has: what can be spent and what is held."""
    version: int
    """Counts the member's postings."""
    held_points: TotalPoints = 0
    spendable_points: TotalPoints = 0
    """What can be spent: neither held nor expired nor blocked."""
    blocked_points: TotalPoints = 0
    """What an operator keeps from being spent; part of the balance."""
    debt_points: TotalPoints = 0
    """What the member owes: points that were taken back while they were spent or held."""
    state: MemberState = "open"
    """A closed account is credited no points any more."""
    enrolled_at: Instant | None = None
    """Since when the person is a member; None for who was never enrolled, and is one by the first posting."""
    closed_at: Instant | None = None
    pending_points: TotalPoints = 0
    """What purchases that are authorised and not posted are likely to earn. No part of the balance, and not spendable;
    0 in a balance of the past.
    """
    merged_into: Identifier | None = None
    """The member whose account got all that this one had; None where it was not merged."""
    merged_from: list[Identifier] = msgspec.field(default_factory=list[Identifier])
    """Members whose accounts were merged into this one, in their order."""


class GetStatement(Request, frozen=True, kw_only=True):
    member_id: Identifier
    limit: PageSize = 50
    before: Annotated[int, Meta(ge=1, le=MOST_LINES)] | None = None
    """Only postings with a sequence below it: `next` of the page before."""


class StatementLine(Message, frozen=True, kw_only=True):
    sequence: int
    posting_id: str
    """The purchase's or adjustment's id; for what is held and spent the hold's, for what is given back the reversal's,
    and for what expired the month from which on it is gone.
    """
    kind: PostingKind
    points: SignedTotalPoints
    """Earned and adjusted: as reported to the ledger. Redeemed, reversed and expired: what the balance gains or loses.
    Held and released: 0, the balance stays.
    """
    balance_points: SignedTotalPoints
    """The balance after it."""
    text: str
    posted_at: Instant
    """When it happened: the purchase, the correction, the redemption."""
    held_points: TotalPoints = 0
    """What is held after it."""
    debt_points: TotalPoints = 0
    """What is owed after it."""
    booked_at: Instant | None = None
    """When the ledger booked it."""
    entries: list[Entry] = msgspec.field(default_factory=list[Entry])
    hash: str = ""
    """Hash of this line and of the line before."""
    actor: str | None = None
    """Who made a correction or merge, enrolled the member or closed the account; None for what was not made by hand."""
    approver: str | None = None
    """Who approved a correction or merge."""
    forfeited_points: SignedTotalPoints = 0
    """What was forfeited by it; below zero: what was forfeited before and is taken back by it."""
    reported_for: Identifier | None = None
    """The member for whom it was reported, where that account is merged into this one."""


class Statement(Message, frozen=True, kw_only=True):
    member_id: Identifier
    balance_points: TotalPoints
    lines: list[StatementLine]
    """Newest first."""
    next: int | None = None
    pending_points: TotalPoints = 0
    """As in `Balance`. What is pending is no line: it is not booked."""
    merged_into: Identifier | None = None
    """As in `Balance`. What is reported for the member later stands in that one's statement."""


class GetPending(Request, frozen=True, kw_only=True):
    member_id: Identifier


class PendingPurchase(Message, frozen=True, kw_only=True):
    """A purchase that is authorised and not posted."""

    authorisation_id: Identifier
    points: Points
    """What it is likely to earn."""
    merchant: str
    amount: Money
    authorised_at: Instant
    expires_at: Instant
    """From when on it is pending no longer, if it is not posted."""


class PendingPurchases(Message, frozen=True, kw_only=True):
    member_id: Identifier
    pending_points: TotalPoints
    """The sum; none can be spent."""
    purchases: list[PendingPurchase]
    """Latest authorisation first."""


class PlaceHold(Request, frozen=True, kw_only=True):
    """Set points aside. The same hold again gets the same answer, also if it was a refusal."""

    hold_id: Identifier
    member_id: Identifier
    points: SomePoints
    expires_at: Instant
    """When the points are free again unless they are spent."""
    reason: Name
    """What for: stands in the statement."""


class Hold(Message, frozen=True, kw_only=True):
    hold_id: Identifier
    member_id: Identifier
    points: SomePoints
    expires_at: Instant


class PostHold(Request, frozen=True, kw_only=True):
    hold_id: Identifier
    points: SomePoints | None = None
    """What is spent of what is held; None for all. The rest is free again."""


class Redemption(Message, frozen=True, kw_only=True):
    hold_id: Identifier
    member_id: Identifier
    points: SomePoints
    released_points: Points
    redeemed_at: Instant


class VoidHold(Request, frozen=True, kw_only=True):
    hold_id: Identifier


class Release(Message, frozen=True, kw_only=True):
    hold_id: Identifier
    member_id: Identifier
    points: SomePoints
    released_at: Instant


class ReverseRedemption(Request, frozen=True, kw_only=True):
    """Give spent points back to where they came from. The same reversal again gets the same answer."""

    reversal_id: Identifier
    hold_id: Identifier
    points: SomePoints | None = None
    """None for all that is left of the redemption."""


class Reversal(Message, frozen=True, kw_only=True):
    reversal_id: Identifier
    hold_id: Identifier
    member_id: Identifier
    points: SomePoints
    repaid_points: Points
    """The part that repaid a debt."""
    reversed_at: Instant


class CorrectPoints(Request, frozen=True, kw_only=True):
    """Give or take points by hand. The same reference again gets the same answer."""

    reference: Identifier
    """Identity of the correction: the case, ticket or letter that led to it."""
    member_id: Identifier
    points: SignedPoints
    """Positive gives points that live like those earned now; negative takes, earliest expiry first. Not 0."""
    reason: CorrectionReason
    note: Name
    """What it is about: stands in the statement."""
    approver: Name | None = None
    """Who approves it, another one than who makes it. Needed above the programme's limit."""


class Correction(Message, frozen=True, kw_only=True):
    reference: Identifier
    member_id: Identifier
    points: SignedPoints
    actor: str
    approver: str | None
    owed_points: Points
    """What was to be taken and was not there: a debt now."""
    forgiven_points: Points
    """What was to be taken and was not there, and is not asked for."""
    repaid_points: Points
    """The part of what was given that repaid a debt."""
    balance_points: TotalPoints
    corrected_at: Instant


class BlockPoints(Request, frozen=True, kw_only=True):
    """Keep points from being spent, until the block is released. The same block again gets the same answer."""

    block_id: Identifier
    """Identity of the block: the case or ticket."""
    member_id: Identifier
    purchase_id: Identifier | None = None
    """Block as many points as this purchase has left; None for all of the member's, also those to come."""
    reason: BlockReason
    note: Name
    """What it is about: stands in the statement."""


class Block(Message, frozen=True, kw_only=True):
    block_id: Identifier
    member_id: Identifier
    purchase_id: Identifier | None
    actor: str
    blocked_points: TotalPoints
    """What is blocked of the member's points right after it, by all blocks."""
    blocked_at: Instant


class ReleaseBlock(Request, frozen=True, kw_only=True):
    """End a block. The same request again gets the same answer."""

    block_id: Identifier
    note: Name
    """Why: stands in the statement."""


class ReleasedBlock(Message, frozen=True, kw_only=True):
    block_id: Identifier
    member_id: Identifier
    actor: str
    blocked_points: TotalPoints
    """What is still blocked of the member's points, by other blocks."""
    released_at: Instant


class RepairMember(Request, frozen=True, kw_only=True):
    """Look whether a member's account is what its lines say; with `apply`, make it so."""

    member_id: Identifier
    apply: bool = False
    """False: say what would be done, and do nothing."""


class Repair(Message, frozen=True, kw_only=True):
    member_id: Identifier
    problem: str | None
    """What is wrong with the account; None where nothing is."""
    lines: int
    """Lines from which the account was computed anew, all in order."""
    balance_points: TotalPoints
    """What the lines say that the member has."""
    applied: bool
    """Whether the account was replaced, and a posting without points says so."""


class EnrolMember(Request, frozen=True, kw_only=True):
    """Say since when a person is a member. Not needed: the first posting opens an account, too."""

    member_id: Identifier
    enrolled_at: Instant | None = None
    """Not in the future; None for now."""


class Enrolment(Message, frozen=True, kw_only=True):
    member_id: Identifier
    enrolled_at: Instant
    actor: str
    """Who enrolled the member."""


class CloseMember(Request, frozen=True, kw_only=True):
    """Close a member's account for good. The same request again gets the same answer."""

    member_id: Identifier
    reason: ClosingReason
    points: PointsOnClosing | None = None
    """What becomes of the points; None for what the programme decides."""


class Closure(Message, frozen=True, kw_only=True):
    member_id: Identifier
    reason: ClosingReason
    actor: str
    """Who closed it."""
    points: PointsOnClosing
    forfeited_points: TotalPoints
    """What the member could have spent, and lost by it."""
    held_points: TotalPoints
    """What is held: who holds it decides. What is not spent of it becomes of it what becomes of the others."""
    kept_points: TotalPoints
    """What can be spent until it expires."""
    debt_points: TotalPoints
    """What the member owes."""
    closed_at: Instant


class MergeMembers(Request, frozen=True, kw_only=True):
    """Merge a member's account into another's, for good. The same reference again gets the same answer."""

    reference: Identifier
    """Identity of the merge: the case, ticket or letter that led to it."""
    member_id: Identifier
    """Whose account is closed by it."""
    into_member_id: Identifier
    """Whose account gets what there is, and what is reported for the other one from then on."""
    reason: MergeReason
    approver: Name
    """Who approves it, another one than who makes it."""


class Merge(Message, frozen=True, kw_only=True):
    reference: Identifier
    member_id: Identifier
    into_member_id: Identifier
    actor: str
    approver: str
    moved_points: TotalPoints
    """What the account had that is closed."""
    moved_debt_points: TotalPoints
    """What it owed."""
    repaid_points: TotalPoints
    """The part of both that repaid a debt of the other one."""
    balance_points: TotalPoints
    """The balance of the account that goes on, right after it."""
    debt_points: TotalPoints
    """What it owes right after it."""
    pending_purchases: int
    """How many purchases that are authorised and not posted moved along."""
    merged_at: Instant


class EraseMember(Request, frozen=True, kw_only=True):
    """Erase a closed account's member, for good. The same reference again goes on, or gets the same answer."""

    reference: Identifier
    """Identity of the erasure: the case, ticket or letter that led to it. It stays, so it must not name the member."""
    member_id: Identifier
    approver: Name
    """Who approves it, another one than who makes it."""
    apply: bool = False
    """False: say what would be done, and do nothing."""


class Erasure(Message, frozen=True, kw_only=True):
    reference: Identifier
    member_id: Identifier
    actor: str
    """Who began it."""
    approver: str
    accounts: int
    """How many: the member's own, and those that were merged into it."""
    postings: int
    """How many there are to erase."""
    erased_postings: int
    """How many are erased: less than there are while it is under way."""
    is_done: bool
    """Whether nothing is left; ask again with the same reference until it is."""


class GetForecast(Request, frozen=True, kw_only=True):
    member_id: Identifier


class ExpiringPoints(Message, frozen=True, kw_only=True):
    expires_at: Instant
    """The first instant at which they cannot be spent any more."""
    points: SomeTotalPoints


class Forecast(Message, frozen=True, kw_only=True):
    """What a member can spend, by expiry. What is held is left out: it does not expire while it is."""

    member_id: Identifier
    expiring: list[ExpiringPoints]
    """Earliest first; a month of expiry each."""
    lasting_points: TotalPoints
    """What never expires."""


class Verify(Request, frozen=True, kw_only=True):
    member_id: Identifier


class Fault(Message, frozen=True, kw_only=True):
    """The first fault in a member's books."""

    sequence: int | None
    """The statement line; None where all lines are in order and the account says something else."""
    posting_id: str | None
    what: str


class Verification(Message, frozen=True, kw_only=True):
    """A member's books, computed anew from their lines."""

    member_id: Identifier
    lines: int
    """How many lines are in order."""
    hash: str
    """The chain's hash after the last of them."""
    fault: Fault | None = None


class ListMembers(Request, frozen=True, kw_only=True):
    limit: PageSize = 100
    after: Cursor | None = None


class Members(Message, frozen=True, kw_only=True):
    member_ids: list[Identifier]
    next: str | None = None


class GetTotals(Request, frozen=True, kw_only=True):
    """The sums over a page of members: add up all pages for those of the ledger."""

    limit: PageSize = 100
    """Members of a page at most."""
    after: Cursor | None = None


class AccountTotal(Message, frozen=True, kw_only=True):
    account: str
    """One of the programme's accounts, or `members` and `held` for those of all members of the page."""
    debits_points: TotalPoints
    credits_points: TotalPoints


class Totals(Message, frozen=True, kw_only=True):
    accounts: list[AccountTotal]
    members: int
    postings: int
    next: str | None = None


class GetMemberRecords(Request, frozen=True, kw_only=True):
    """All that the ledger keeps about a member, page by page, newest postings first."""

    member_id: Identifier
    limit: PageSize = 500
    """Postings of a page at most."""
    before: Annotated[int, Meta(ge=1, le=MOST_LINES)] | None = None
    """Only postings with a sequence below it: `next` of the page before."""


class RecordedHold(Message, frozen=True, kw_only=True):
    """A hold as it was asked for, and what came of it."""

    hold_id: Identifier
    points: SomePoints
    reason: str
    expires_at: Instant
    refusal: str | None = None
    """Why it was refused; None where it was granted."""
    spent_points: Points = 0
    redeemed_at: Instant | None = None
    voided_at: Instant | None = None


class MemberRecords(Message, frozen=True, kw_only=True):
    member_id: Identifier
    balance: Balance | None
    """None where the member has no account: what is kept are refused holds."""
    forecast: Forecast | None
    lines: list[StatementLine]
    """Corrections, reversals, enrolment and closing are lines, too, with who made them."""
    holds: list[RecordedHold]
    """Those whose postings are on this page; on the first page those that were refused, too."""
    next: int | None = None
    pending: list[PendingPurchase] = msgspec.field(default_factory=list[PendingPurchase])
    """Purchases that are authorised and not posted; on the first page."""


_OPERATIONS = ("operations",)
_SPENDING = ("redeem-points", "operations")
_GIVING_BACK = ("return-reward", "operations")

BALANCE = Capability(
    unit=UNIT,
    name="balance",
    request=GetBalance,
    response=Balance,
    callers=_OPERATIONS,
    errors=(UnknownMember,),
    route="/members/{member_id}/balance",
)
STATEMENT = Capability(
    unit=UNIT,
    name="statement",
    request=GetStatement,
    response=Statement,
    callers=_OPERATIONS,
    errors=(UnknownMember,),
    route="/members/{member_id}/statement",
)
PENDING = Capability(
    unit=UNIT,
    name="pending",
    request=GetPending,
    response=PendingPurchases,
    callers=_OPERATIONS,
    errors=(UnknownMember,),
)
HOLD = Capability(
    unit=UNIT,
    name="hold",
    request=PlaceHold,
    response=Hold,
    callers=_SPENDING,
    errors=(
        UnknownMember,
        InsufficientPoints,
        PointsAreBlocked,
        TooManyHolds,
        HoldTooLong,
        HoldExpired,
        ConflictingHold,
        ClosedMember,
    ),
    changes_state=True,
)
POST_HOLD = Capability(
    unit=UNIT,
    name="post-hold",
    request=PostHold,
    response=Redemption,
    callers=_SPENDING,
    errors=(UnknownHold, HoldExpired, HoldSettled, ExceedsHold, ClosedMember),
    changes_state=True,
)
VOID_HOLD = Capability(
    unit=UNIT,
    name="void-hold",
    request=VoidHold,
    response=Release,
    callers=_SPENDING,
    errors=(UnknownHold, HoldExpired, HoldSettled, ClosedMember),
    changes_state=True,
)
REVERSE_REDEMPTION = Capability(
    unit=UNIT,
    name="reverse-redemption",
    request=ReverseRedemption,
    response=Reversal,
    callers=_GIVING_BACK,
    errors=(UnknownRedemption, ExceedsRedemption, ConflictingReversal, ClosedMember),
    changes_state=True,
)
CORRECT = Capability(
    unit=UNIT,
    name="correct",
    request=CorrectPoints,
    response=Correction,
    callers=_OPERATIONS,
    errors=(UnknownMember, ClosedMember, ApprovalRequired, ConflictingCorrection),
    changes_state=True,
)
BLOCK = Capability(
    unit=UNIT,
    name="block",
    request=BlockPoints,
    response=Block,
    callers=_OPERATIONS,
    errors=(UnknownMember, ClosedMember, UnknownPosting, TooManyBlocks, ConflictingBlock),
    changes_state=True,
)
RELEASE_BLOCK = Capability(
    unit=UNIT,
    name="release-block",
    request=ReleaseBlock,
    response=ReleasedBlock,
    callers=_OPERATIONS,
    errors=(UnknownBlock, ClosedMember),
    changes_state=True,
)
REPAIR = Capability(
    unit=UNIT,
    name="repair",
    request=RepairMember,
    response=Repair,
    callers=_OPERATIONS,
    errors=(UnknownMember, CannotRepair),
    changes_state=True,
)
ENROL = Capability(
    unit=UNIT,
    name="enrol",
    request=EnrolMember,
    response=Enrolment,
    callers=_OPERATIONS,
    errors=(ClosedMember, ConflictingEnrolment),
    changes_state=True,
)
CLOSE = Capability(
    unit=UNIT,
    name="close",
    request=CloseMember,
    response=Closure,
    callers=_OPERATIONS,
    errors=(UnknownMember, ClosedMember),
    changes_state=True,
)
MERGE = Capability(
    unit=UNIT,
    name="merge",
    request=MergeMembers,
    response=Merge,
    callers=_OPERATIONS,
    errors=(UnknownMember, ClosedMember, ApprovalRequired, CannotMerge, ConflictingMerge),
    changes_state=True,
)
ERASE = Capability(
    unit=UNIT,
    name="erase",
    request=EraseMember,
    response=Erasure,
    callers=_OPERATIONS,
    errors=(UnknownMember, ClosedMember, ApprovalRequired, CannotErase, ConflictingErasure),
    changes_state=True,
)
FORECAST = Capability(
    unit=UNIT,
    name="forecast",
    request=GetForecast,
    response=Forecast,
    callers=_OPERATIONS,
    errors=(UnknownMember,),
    route="/members/{member_id}/forecast",
)
MEMBER_RECORDS = Capability(
    unit=UNIT,
    name="member-records",
    request=GetMemberRecords,
    response=MemberRecords,
    callers=_OPERATIONS,
    errors=(UnknownMember,),
)
VERIFY = Capability(
    unit=UNIT,
    name="verify",
    request=Verify,
    response=Verification,
    callers=_OPERATIONS,
    errors=(UnknownMember,),
)
MEMBERS = Capability(unit=UNIT, name="members", request=ListMembers, response=Members, callers=_OPERATIONS)
TOTALS = Capability(unit=UNIT, name="totals", request=GetTotals, response=Totals, callers=_OPERATIONS)
