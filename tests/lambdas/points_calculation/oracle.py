"""What a history of purchases, refunds and recalculations must come to, by the simplest bookkeeping there is.

It imports nothing of the runtime. It stores no counter and no difference: what counts towards a cap is added up anew
from what every purchase was granted, and what the ledger must have been told is what is left of it.
"""

from dataclasses import dataclass, field

UNKNOWN = "UnknownPurchase"
CONFLICT = "ConflictingRefund"
EXCEEDS = "RefundExceedsPurchase"


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A reason for points: so many thousandths of a point for each cent, or a fixed number; and its limits."""

    name: str
    per_mille_of_cents: int = 0
    fixed: int = 0
    per_purchase: int | None = None
    per_month: int | None = None
    budget: int | None = None


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What earns nothing at all."""

    excludes: bool = False
    """The purchase's category."""
    least_cents: int = 0


@dataclass(kw_only=True)
class Bought:
    """A purchase: what it cost, what was granted for it by each offer, and what was given back."""

    member: str
    month: str
    cents: int
    granted: dict[str, int] = field(default_factory=dict[str, int])
    given_back: int = 0

    @property
    def left(self) -> int:
        """Points that it is worth now."""
        return sum(self.granted.values()) * (self.cents - self.given_back) // self.cents


@dataclass(kw_only=True)
class Oracle:
    """All purchases and refunds there were."""

    bought: dict[str, Bought] = field(default_factory=dict[str, Bought])
    refunds: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])

    def calculate(self, purchase_id: str, bought: Bought, offers: list[Offer], rules: Rules) -> None:
        """A purchase is calculated: the first time only."""
        if purchase_id not in self.bought:
            self.bought[purchase_id] = bought
            self._grant(purchase_id, offers, rules)

    def recalculate(self, purchase_id: str, offers: list[Offer], rules: Rules) -> str | None:
        """It is calculated anew. The answer is the refusal's name."""
        if purchase_id not in self.bought:
            return UNKNOWN
        self._grant(purchase_id, offers, rules)
        return None

    def refund(self, refund_id: str, purchase_id: str, cents: int) -> str | None:
        """Something is given back. The answer is the refusal's name."""
        if refund_id in self.refunds:
            return None if self.refunds[refund_id] == (purchase_id, cents) else CONFLICT
        if purchase_id not in self.bought:
            return UNKNOWN
        bought = self.bought[purchase_id]
        if bought.given_back + cents > bought.cents:
            return EXCEEDS
        self.refunds[refund_id] = (purchase_id, cents)
        bought.given_back += cents
        return None

    def counted(self, offer: str) -> int:
        """What was granted by an offer altogether."""
        return sum(one.granted.get(offer, 0) for one in self.bought.values())

    def _grant(self, purchase_id: str, offers: list[Offer], rules: Rules) -> None:
        bought = self.bought[purchase_id]
        before, bought.granted = bought.granted, {}
        if rules.excludes or bought.cents < rules.least_cents:
            bought.granted = {"base": 0}
            return
        for offer in offers:
            own = before.get(offer.name, 0)
            points = bought.cents * offer.per_mille_of_cents // 1000 + offer.fixed
            limits = [points]
            if offer.per_purchase is not None:
                limits.append(offer.per_purchase)
            if offer.per_month is not None:
                others = sum(
                    one.granted.get(offer.name, 0)
                    for one in self.bought.values()
                    if (one.member, one.month) == (bought.member, bought.month)
                )
                limits.append(max(offer.per_month - others, own))
            if offer.budget is not None:
                limits.append(max(offer.budget - self.counted(offer.name), own))
            bought.granted[offer.name] = min(limits)
