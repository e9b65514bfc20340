"""What refunds and chargebacks must leave of purchases, by going through all purchases every time.

It imports nothing of the runtime. It has no index and no stored answer but a list of what was taken.
"""

from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Purchase:
    """A purchase: points for it, what it cost, and what was given back."""

    member: str
    shop: str
    card: str
    day: int
    cents: int
    points: int
    given_back: int = 0

    @property
    def left(self) -> int:
        """Points that it is worth now."""
        return self.points * (self.cents - self.given_back) // self.cents


@dataclass(kw_only=True)
class GivenBackOracle:
    """All purchases that were calculated, and what each id of a refund or chargeback stood for."""

    purchases: dict[str, Purchase] = field(default_factory=dict[str, Purchase])
    seen: dict[str, tuple[object, str]] = field(default_factory=dict[str, tuple[object, str]])

    def calculate(self, name: str, purchase: Purchase) -> str:
        """The first time only."""
        self.purchases.setdefault(name, purchase)
        return name

    def match(self, identity: str, member: str, shop: str, card: str, day: int, cents: int) -> str:
        """The purchase that is meant, or the refusal's name."""
        came = ("match", member, shop, card, day, cents)
        if identity in self.seen:
            return self._again(identity, came)
        fitting = [
            name
            for name, one in self.purchases.items()
            if (one.member, one.shop, one.card) == (member, shop, card)
            and day - 180 <= one.day <= day + 1
            and one.cents - one.given_back >= cents
        ]
        if len(fitting) != 1:
            return "SeveralMatchingPurchases" if fitting else "NoMatchingPurchase"
        return self._taken(identity, came, fitting[0], cents)

    def refund(self, identity: str, name: str, cents: int, day: int) -> str:
        """The purchase, or the refusal's name."""
        came = ("refund", name, cents, day)
        if identity in self.seen:
            return self._again(identity, came)
        if name not in self.purchases:
            return "UnknownPurchase"
        purchase = self.purchases[name]
        if purchase.given_back + cents > purchase.cents:
            return "RefundExceedsPurchase"
        return self._taken(identity, came, name, cents)

    def charge_back(self, identity: str, name: str, reason: str) -> str:
        """The purchase, or the refusal's name."""
        came = ("chargeback", name, reason)
        if identity in self.seen:
            return self._again(identity, came)
        if name not in self.purchases:
            return "UnknownPurchase"
        purchase = self.purchases[name]
        if purchase.given_back == purchase.cents:
            return "NothingToChargeBack"
        return self._taken(identity, came, name, purchase.cents - purchase.given_back)

    def _again(self, identity: str, came: object) -> str:
        before, name = self.seen[identity]
        return name if before == came else "ConflictingRefund"

    def _taken(self, identity: str, came: object, name: str, cents: int) -> str:
        self.seen[identity] = (came, name)
        self.purchases[name].given_back += cents
        return name
