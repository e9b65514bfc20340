"""points-calculation: what one purchase earns, and why."""

from typing import Annotated, ClassVar, Literal

import msgspec
from msgspec import Meta

from contracts.campaigns import Bonus
from contracts.cards import PurchaseAuthorised, PurchaseChargedBack, PurchasePosted, PurchaseRefunded, RefundPosted
from contracts.earning_rates import Rate
from contracts.merchant_categorization import Categorization
from contracts.vocabulary import InstantOutOfRange, Points, SignedPoints
from pbckit.contracts.definitions import Capability, ContractError, Event, Message, Request
from pbckit.contracts.vocabulary import Identifier, Instant, Key, Name, PageSize

UNIT = "points-calculation"

Lookup = Literal["category", "rate", "bonuses"]
Reason = Literal["refund", "true-up", "re-rating"]
Bonuses = Annotated[list[Bonus], Meta(max_length=100)]
"""Of one purchase: its calculation is stored as one item, with a line for each."""
Month = Annotated[str, Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="calendar month, UTC: 2026-06")]


class UnknownCurrency(ContractError):
    """The currency is not in ISO 4217, or has no minor unit there (gold, for example)."""


class ForeignCurrency(ContractError):
    """The purchase is in another currency than its card product bills in. It is recorded, and earns nothing."""


class PurchaseWasRefused(ContractError):
    """The purchase was refused and earned nothing: nothing is taken back."""


class PurchaseIsErased(ContractError):
    """The purchase is of a member who is erased: what it earned stands, and nothing is given or taken any more."""


class ConflictingPurchase(ContractError):
    """The same purchase id came before with other content. The message names the difference."""


class UnknownPurchase(ContractError):
    """Nothing was calculated for that purchase, or not yet."""


class RefundExceedsPurchase(ContractError):
    """More would be given back than is left of the purchase. The message says how much is."""


class CurrencyMismatch(ContractError):
    """The refund is in another currency than its purchase."""


class ConflictingRefund(ContractError):
    """The same refund id came before with other content. The message names the difference."""


class NoMatchingPurchase(ContractError):
    """No purchase of the member fits a refund that names none, or not yet."""


class SeveralMatchingPurchases(ContractError):
    """Several purchases fit a refund that names none. The message lists them: refund one of them by its id."""


class NothingToChargeBack(ContractError):
    """All of the purchase was given back before: nothing is left to take back."""


class TooManyCaps(ContractError):
    """The purchase would count towards more caps at once than one transaction can change. The message says how many."""


class Superseded(ContractError):
    """The calculation was made anew since its basis was read: read the basis again."""


class Line(Message, frozen=True, kw_only=True):
    """One reason for points. The points of all lines add up to the calculation's points."""

    kind: Literal["base", "campaign"]
    """`base` for the rate of the category, `campaign` for a bonus."""
    text: str
    """What a member can read, for example `2 points per EUR at restaurants, since 1 June 2026`."""
    points: Points
    campaign_id: Key | None = None
    uncapped_points: Points | None = None
    """What the line would have earned without a cap; None where no cap took anything."""
    capped_by: Literal["purchase", "member-month", "budget"] | None = None
    """The cap that left the least; None where no cap took anything."""


class Adjustment(Message, frozen=True, kw_only=True):
    """One correction of a calculation: the difference that was reported to the ledger."""

    adjustment_id: Identifier
    number: int
    """1, 2, 3 … for one purchase."""
    points: SignedPoints
    """Positive adds, negative takes back; 0 where a refund was too small to cost a point."""
    reason: Reason
    text: str
    """What a member can read, for example `refund of 10.00 EUR`."""
    adjusted_at: Instant
    refund_id: Identifier | None = None


class PointsCalculated(Event, frozen=True, kw_only=True):
    """What a purchase earns was calculated and committed."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "purchase_id"

    purchase_id: Identifier
    member_id: Identifier
    points: Points
    category: Key
    fallbacks: list[Lookup]
    """Lookups that failed and were answered by their fallback; trued up later."""
    lines: list[Line]
    """The reasons for the points, which add up to them."""
    posted_at: Instant
    """When the purchase was posted."""
    authorisation_id: Identifier | None = None
    """The authorisation that the purchase settles; its points are pending no longer."""


class PointsEstimated(Event, frozen=True, kw_only=True):
    """What an authorised purchase is likely to earn. Nothing is promised: its settlement is calculated anew."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "authorisation_id"

    authorisation_id: Identifier
    points: Points
    """By the rates, rules and campaigns of now. No cap and no budget is reserved for them."""
    authorisation: PurchaseAuthorised
    """As it came from the card system."""


class PointsAdjusted(Event, frozen=True, kw_only=True):
    """An earlier calculation was corrected: only the difference is published."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "purchase_id"

    adjustment_id: Identifier
    purchase_id: Identifier
    member_id: Identifier
    points: SignedPoints
    """The difference: positive adds, negative takes back. 0 where a refund was too small to cost a point."""
    reason: Reason
    """What led to the correction."""
    text: str
    """What a member can read, for example `refund of 10.00 EUR`."""
    adjusted_at: Instant


class CalculationOutdated(Event, frozen=True, kw_only=True):
    """What a calculation rests on was missing, or has changed since: it is to be made anew."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "recalculation_id"

    recalculation_id: Identifier
    purchase_id: Identifier
    outdated: list[Lookup]
    """What is to be looked up again, besides what fell back."""


class Calculate(Request, frozen=True, kw_only=True):
    purchase: PurchasePosted
    category: Categorization
    rate: Rate
    bonuses: Bonuses
    fallbacks: list[Lookup]
    asked_at: Instant
    """When the lookups of these answers began: they include every change made before."""


class Calculation(Message, frozen=True, kw_only=True):
    purchase_id: Identifier
    member_id: Identifier
    points: Points
    """The sum of the lines: what the purchase earns where nothing is given back."""
    category: Key
    fallbacks: list[Lookup]
    lines: list[Line]
    calculated_at: Instant
    """When these lines were calculated."""
    net_points: Points
    """Points left after refunds: the sum of all postings reported to the ledger."""
    refunded_minor_units: int = 0
    """How much of the amount was given back, in the currency's smallest unit."""
    adjustments: list[Adjustment] = msgspec.field(default_factory=list[Adjustment])
    """Every correction, oldest first. Told by `explain` only."""


class EstimatePoints(Request, frozen=True, kw_only=True):
    """Say what an authorised purchase is likely to earn, and tell it. Nothing is stored."""

    authorisation: PurchaseAuthorised
    category: Categorization
    rate: Rate
    bonuses: Bonuses
    fallbacks: list[Lookup]


class Estimate(Message, frozen=True, kw_only=True):
    authorisation_id: Identifier
    points: Points
    category: Key
    lines: list[Line]
    """The reasons for the points, which add up to them."""


class Explain(Request, frozen=True, kw_only=True):
    purchase_id: Identifier


class Refund(Request, frozen=True, kw_only=True):
    refund: PurchaseRefunded


class MatchRefund(Request, frozen=True, kw_only=True):
    """Take back the points of a refund that names no purchase, if exactly one purchase fits it."""

    refund: RefundPosted


class ChargeBack(Request, frozen=True, kw_only=True):
    """Take back the points of all that is left of a purchase."""

    chargeback: PurchaseChargedBack


class RefundedPoints(Message, frozen=True, kw_only=True):
    refund_id: Identifier
    purchase_id: Identifier
    adjustment_id: Identifier
    points: SignedPoints
    """What this refund takes back: 0 or negative."""
    text: str


class RefusedPurchase(Message, frozen=True, kw_only=True):
    """A purchase that was refused: it earned nothing."""

    purchase: PurchasePosted
    error: str
    """Name of the refusal, for example `ForeignCurrency`."""
    message: str
    refused_at: Instant


class ListRefused(Request, frozen=True, kw_only=True):
    limit: PageSize = 100


class RefusedPurchases(Message, frozen=True, kw_only=True):
    refused: list[RefusedPurchase]
    """Those that still stand, latest refusal first; a purchase that came again and was calculated is not among them."""


class GetBasis(Request, frozen=True, kw_only=True):
    purchase_id: Identifier


class Basis(Message, frozen=True, kw_only=True):
    """What a calculation rests on."""

    purchase: PurchasePosted
    category: Categorization
    rate: Rate
    bonuses: list[Bonus]
    fallbacks: list[Lookup]
    version: int
    """Counts how often the calculation was made, from 1."""


class Recalculate(Request, frozen=True, kw_only=True):
    """Recalculate a purchase from other answers. Only the difference is reported to the ledger."""

    purchase_id: Identifier
    version: int
    """`version` of the basis that the answers complete."""
    category: Categorization
    rate: Rate
    bonuses: Bonuses
    asked_at: Instant
    """When the lookups of these answers began: they include every change made before."""


class ListReportedPostings(Request, frozen=True, kw_only=True):
    """Purchases posted in a month, with all postings reported to the ledger for them."""

    month: Month
    limit: PageSize = 100
    """Purchases of a page at most."""
    after: Annotated[str, Meta(pattern=r"^[0-9]#")] | None = None
    """`next` of the page before."""


class ReportedPosting(Message, frozen=True, kw_only=True):
    """A posting reported to the ledger; the ledger must hold the same."""

    posting_id: Identifier
    purchase_id: Identifier
    member_id: Identifier
    points: SignedPoints
    told_at: Instant


class ReportedPostings(Message, frozen=True, kw_only=True):
    postings: list[ReportedPosting]
    next: str | None = None


class Difference(Message, frozen=True, kw_only=True):
    """A posting that differs from what was reported to the ledger."""

    posting_id: Identifier
    member_id: Identifier
    kind: Literal["not-posted", "not-reported", "other-points", "other-member"]
    reported_points: SignedPoints | None
    """None if nothing was reported to the ledger."""
    posted_points: SignedPoints | None
    """None where it is not posted."""
    found_at: Instant
    """When it was reported, if it is not posted; else when its posting was received."""


class ListDifferences(Request, frozen=True, kw_only=True):
    limit: PageSize = 100


class Differences(Message, frozen=True, kw_only=True):
    differences: list[Difference]


class SettleDifference(Request, frozen=True, kw_only=True):
    """Somebody has looked into a difference and mended it: it is counted no longer."""

    posting_id: Identifier
    reason: Name


class UnknownDifference(ContractError):
    """No difference of that posting is open."""


class GetMemberPurchases(Request, frozen=True, kw_only=True):
    """All that is kept about a member and some purchases; purchases of others are left out."""

    member_id: Identifier
    purchase_ids: Annotated[list[Identifier], Meta(max_length=50)]
    """Those that the ledger has posted; those that it has not, the answer finds itself."""


class GetBonusProgress(Request, frozen=True, kw_only=True):
    """How far a member is towards bonuses that are earned once. Whoever asks has them from campaigns."""

    member_id: Identifier
    bonuses: Bonuses
    """Those without a condition are left out of the answer."""


class BonusProgress(Message, frozen=True, kw_only=True):
    """How far a member is towards one bonus."""

    campaign_id: Key
    given_points: Points
    """What the member got for it and has; 0 before it is earned, and after a refund took it back."""
    purchases: int
    """How many count now: of a threshold those that would count together with a purchase made now."""
    spent_minor_units: int
    """What is left of them after refunds, in the smallest unit of the threshold's currency."""
    missing_minor_units: int | None
    """What is to be spent yet; None where the bonus is earned, or has no threshold."""
    until: Instant | None
    """The first instant at which the oldest of them counts no more; None where nothing is missing or counts."""


class BonusesProgress(Message, frozen=True, kw_only=True):
    member_id: Identifier
    bonuses: list[BonusProgress]
    """In the order of the request."""


class RecordedRefund(Message, frozen=True, kw_only=True):
    """Points that were taken back, and the event that led to it."""

    refund: PurchaseRefunded
    posted: RefundPosted | None = None
    """What it came as, where its purchase had to be matched."""
    chargeback: PurchaseChargedBack | None = None
    """What it came as, where it is a chargeback."""


class RecordedPurchase(Message, frozen=True, kw_only=True):
    """A purchase, what its calculation rests on, what it earned, and its refunds."""

    basis: Basis
    calculation: Calculation
    refunds: list[RecordedRefund]


class MemberPurchases(Message, frozen=True, kw_only=True):
    member_id: Identifier
    purchases: list[RecordedPurchase]
    """Those asked for, and those that the ledger has not confirmed."""
    refused: list[RefusedPurchase]
    """All that were refused, also those that were calculated later."""
    unconfirmed: list[ReportedPosting]
    """What was reported to the ledger and not confirmed."""
    differences: list[Difference]
    """What the ledger posted otherwise than it was told."""


CALCULATE = Capability(
    unit=UNIT,
    name="calculate",
    request=Calculate,
    response=Calculation,
    callers=("earn-points",),
    errors=(UnknownCurrency, ForeignCurrency, ConflictingPurchase, InstantOutOfRange, TooManyCaps),
    changes_state=True,
)
ESTIMATE = Capability(
    unit=UNIT,
    name="estimate",
    request=EstimatePoints,
    response=Estimate,
    callers=("earn-points",),
    errors=(UnknownCurrency, ForeignCurrency, InstantOutOfRange),
    changes_state=True,
)
EXPLAIN = Capability(
    unit=UNIT,
    name="explain",
    request=Explain,
    response=Calculation,
    callers=("operations",),
    errors=(UnknownPurchase, PurchaseWasRefused, PurchaseIsErased),
)
REFUND = Capability(
    unit=UNIT,
    name="refund",
    request=Refund,
    response=RefundedPoints,
    callers=("refund-points",),
    errors=(
        UnknownPurchase,
        PurchaseWasRefused,
        PurchaseIsErased,
        RefundExceedsPurchase,
        CurrencyMismatch,
        ConflictingRefund,
        InstantOutOfRange,
    ),
    changes_state=True,
)
MATCH_REFUND = Capability(
    unit=UNIT,
    name="match-refund",
    request=MatchRefund,
    response=RefundedPoints,
    callers=("refund-points", "operations"),
    errors=(NoMatchingPurchase, SeveralMatchingPurchases, ConflictingRefund, InstantOutOfRange),
    changes_state=True,
)
CHARGE_BACK = Capability(
    unit=UNIT,
    name="charge-back",
    request=ChargeBack,
    response=RefundedPoints,
    callers=("refund-points", "operations"),
    errors=(
        UnknownPurchase,
        PurchaseWasRefused,
        PurchaseIsErased,
        NothingToChargeBack,
        ConflictingRefund,
        InstantOutOfRange,
    ),
    changes_state=True,
)
MEMBER_PURCHASES = Capability(
    unit=UNIT,
    name="member-purchases",
    request=GetMemberPurchases,
    response=MemberPurchases,
    callers=("operations",),
)
BONUS_PROGRESS = Capability(
    unit=UNIT,
    name="bonus-progress",
    request=GetBonusProgress,
    response=BonusesProgress,
    callers=("operations",),
)
LIST_REFUSED = Capability(
    unit=UNIT, name="list-refused", request=ListRefused, response=RefusedPurchases, callers=("operations",)
)
BASIS = Capability(
    unit=UNIT,
    name="basis",
    request=GetBasis,
    response=Basis,
    callers=("true-up",),
    errors=(UnknownPurchase, PurchaseIsErased),
)
RECALCULATE = Capability(
    unit=UNIT,
    name="recalculate",
    request=Recalculate,
    response=Calculation,
    callers=("true-up",),
    errors=(UnknownPurchase, PurchaseIsErased, Superseded, TooManyCaps),
    changes_state=True,
)
REPORTED_POSTINGS = Capability(
    unit=UNIT,
    name="reported-postings",
    request=ListReportedPostings,
    response=ReportedPostings,
    callers=("operations",),
)
DIFFERENCES = Capability(
    unit=UNIT, name="differences", request=ListDifferences, response=Differences, callers=("operations",)
)
SETTLE_DIFFERENCE = Capability(
    unit=UNIT,
    name="settle-difference",
    request=SettleDifference,
    response=Difference,
    callers=("operations",),
    errors=(UnknownDifference,),
    changes_state=True,
)
