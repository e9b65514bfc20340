"""What this PBC stores, typed."""

from datetime import datetime

import msgspec

from contracts.campaigns import Bonus
from contracts.cards import PurchaseChargedBack, PurchasePosted, PurchaseRefunded, RefundPosted
from contracts.earning_rates import Rate
from contracts.merchant_categorization import Categorization
from contracts.points_calculation import (
    Basis,
    Calculate,
    Calculation,
    Difference,
    Lookup,
    RefundedPoints,
    ReportedPosting,
)
from pbckit.runtime.unit_of_work import ToldBy


class Calculated(msgspec.Struct, frozen=True, kw_only=True):
    """A purchase, what its calculation rests on, and what it earns."""

    purchase: PurchasePosted
    category: Categorization
    rate: Rate
    bonuses: list[Bonus]
    calculation: Calculation
    """As it stands now; its adjustments are items of their own."""
    asked_at: datetime
    """When somebody began to ask for the answers."""
    counted: dict[str, int]
    """Points that the purchase counts towards each cap, by the counter's key."""
    told_at: datetime
    """When the ledger was first told."""
    reported_points: int
    """What it was first told."""
    version: int = 1
    """Counts how often the calculation was made."""
    adjustments: int = 0
    """How many there are."""
    awards: dict[str, int] = msgspec.field(default_factory=dict[str, int])
    """Points of bonuses that are earned once and are adjustments of this purchase, by campaign."""
    revision: int = 1
    """Counts every change of this item: who changes it expects the one that it read."""

    def first_report(self) -> ReportedPosting:
        """What the ledger was told before any adjustment."""
        return ReportedPosting(
            posting_id=self.purchase.id,
            purchase_id=self.purchase.id,
            member_id=self.purchase.member_id,
            points=self.reported_points,
            told_at=self.told_at,
        )

    def basis(self) -> Basis:
        """What the calculation rests on."""
        return Basis(
            purchase=self.purchase,
            category=self.category,
            rate=self.rate,
            bonuses=self.bonuses,
            fallbacks=self.calculation.fallbacks,
            version=self.version,
        )

    def asked(self) -> Calculate:
        """The request that gives this calculation."""
        return Calculate(
            purchase=self.purchase,
            category=self.category,
            rate=self.rate,
            bonuses=self.bonuses,
            fallbacks=self.calculation.fallbacks,
            asked_at=self.asked_at,
        )


class ErasedPurchase(msgspec.Struct, frozen=True, kw_only=True):
    """What stands for a purchase in the place of its calculation when its member is erased."""

    erased_month: str
    """In which it was posted."""
    category: str
    points: int
    net_points: int


class KeptRefund(msgspec.Struct, frozen=True, kw_only=True):
    """A refund as it came, and the answer that it got."""

    refund: PurchaseRefunded
    answer: RefundedPoints
    posted: RefundPosted | None = None
    """What it came as, where its purchase had to be matched."""
    chargeback: PurchaseChargedBack | None = None
    """What it came as, where it is a chargeback."""

    @property
    def is_of_a_named_purchase(self) -> bool:
        """Whether it came as a refund of a purchase."""
        return self.posted is None and self.chargeback is None


class CapCounter(msgspec.Struct, frozen=True, kw_only=True):
    """Points that count towards a cap."""

    used: int | None = None
    """Of a budget: those of its allotments too. None before anything is counted."""
    moves: int = 0
    """Counts how often points went to an allotment or came back."""
    holders: list[int] = msgspec.field(default_factory=list[int])
    """Shards that may have something left of an allotment."""
    shared_points: int | None = None
    """The budget's points when its holders got their allotments."""

    @property
    def points(self) -> int:
        """Those that count."""
        return self.used or 0

    def shares(self, budget: int) -> bool:
        """Whether shards may have allotments of a budget of so many points: others have none of another amount."""
        return not self.holders or self.shared_points == budget

    def room(self, budget: int) -> int:
        """How much may be added. While there are allotments, no more than their own amount of the budget allows."""
        return (min(budget, self.shared_points or 0) if self.holders else budget) - self.points


class Allotment(msgspec.Struct, frozen=True, kw_only=True):
    """What a shard has of a budget."""

    left: int | None = None
    """None before it got anything."""
    budget_points: int | None = None
    """The whole budget's, when the shard got it."""

    @property
    def points(self) -> int:
        """Those that are left."""
        return self.left or 0

    def serves(self, budget: int, wanted: int) -> bool:
        """Whether it is of a budget of so many points, and has enough left."""
        return self.budget_points == budget and self.points >= wanted


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """That the ledger said of a posting that it is booked."""

    told_by: ToldBy
    expires_at: int
    """When DynamoDB may delete it, in seconds since 1970."""


class SettledDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A difference that somebody has mended: who, and why."""

    reason: str
    settled_by: str
    difference: Difference


class OpenFallback(msgspec.Struct, frozen=True, kw_only=True):
    """A calculation that waits for its missing answers."""

    purchase_id: str
    opened_at: datetime
    next_at: datetime
    """When it is tried next."""
    attempts: int = 0
    correlation_id: str


class PostedPurchase(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the index of purchases by time of posting."""

    purchase_id: str
    card_product: str
    category: str
    asked_at: datetime
    """What was changed before it, the calculation knows."""


class BoughtPurchase(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the index of a member's purchases at a merchant."""

    purchase_id: str
    card_product: str
    currency: str
    minor_units: int


class ProgrammeChange(msgspec.Struct, frozen=True, kw_only=True):
    """A change of the programme, and how far the purchases that it touches have been gone through."""

    change_id: str
    outdated: Lookup
    card_products: list[str]
    categories: list[str]
    since: datetime
    until: datetime | None
    """First instant that it does not touch; None where there is none."""
    changed_at: datetime
    correlation_id: str
    next_at: datetime
    """When the next pass may begin."""
    pass_began_at: datetime | None = None
    partition: str | None = None
    """Where the pass stands: the index's partition, and the entry in it that was looked at last."""
    entry: str | None = None
    revision: int = 1
