"""points-calculation: what one purchase earns, and why."""

from typing import ClassVar, Literal

from contracts.campaigns import Bonus
from contracts.cards import PurchasePosted
from contracts.definitions import Capability, ContractError, Event, Message, Request
from contracts.earning_rates import Rate
from contracts.merchant_categorization import Categorization
from contracts.vocabulary import Identifier, Instant, Key, Points, SignedPoints

UNIT = "points-calculation"

Lookup = Literal["category", "rate", "bonuses"]


class UnknownCurrency(ContractError):
    """The currency is not in ISO 4217, or has no minor unit there (gold, for example)."""


class ConflictingPurchase(ContractError):
    """The same purchase id came before with other content. The message names the difference."""


class UnknownPurchase(ContractError):
    """Nothing was calculated for that purchase."""


class Line(Message, frozen=True, kw_only=True):
    """One reason for points. The points of all lines add up to the calculation's points."""

    kind: Literal["base", "campaign"]
    text: str
    """What a member can read, for example `2 points per EUR at restaurants`."""
    points: Points
    campaign_id: Key | None = None


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
    posted_at: Instant
    """When the purchase was posted."""


class PointsAdjusted(Event, frozen=True, kw_only=True):
    """An earlier calculation was corrected: only the difference is told."""

    source: ClassVar[str] = UNIT
    aggregate: ClassVar[str] = "purchase_id"

    adjustment_id: Identifier
    purchase_id: Identifier
    member_id: Identifier
    points: SignedPoints
    """The difference: positive adds, negative takes back."""
    reason: Literal["refund", "true-up", "re-rating"]
    text: str


class Calculate(Request, frozen=True, kw_only=True):
    purchase: PurchasePosted
    category: Categorization
    rate: Rate
    bonuses: list[Bonus]
    fallbacks: list[Lookup]


class Calculation(Message, frozen=True, kw_only=True):
    purchase_id: Identifier
    member_id: Identifier
    points: Points
    category: Key
    fallbacks: list[Lookup]
    lines: list[Line]
    calculated_at: Instant


class Explain(Request, frozen=True, kw_only=True):
    purchase_id: Identifier


CALCULATE = Capability(
    unit=UNIT,
    name="calculate",
    request=Calculate,
    response=Calculation,
    callers=("earn-points",),
    errors=(UnknownCurrency, ConflictingPurchase),
    changes_state=True,
)
EXPLAIN = Capability(
    unit=UNIT,
    name="explain",
    request=Explain,
    response=Calculation,
    callers=("operations",),
    errors=(UnknownPurchase,),
)
