"""Facts from the card system, which is outside this project."""

from typing import ClassVar

from contracts.vocabulary import Merchant, Money
from pbckit.contracts.definitions import Event
from pbckit.contracts.vocabulary import Identifier, Instant, Key

SOURCE = "cards"


class PurchasePosted(Event, frozen=True, kw_only=True):
    """A purchase was booked on a card account."""

    source: ClassVar[str] = SOURCE
    aggregate: ClassVar[str] = "id"

    id: Identifier
    """Identity of the purchase. The same id with other content is refused."""
    member_id: Identifier
    card_product: Key
    merchant: Merchant
    """Where it was made."""
    amount: Money
    """Billing amount, in the currency of the card account."""
    posted_at: Instant


class PurchaseRefunded(Event, frozen=True, kw_only=True):
    """Part or all of a purchase was given back."""

    source: ClassVar[str] = SOURCE
    aggregate: ClassVar[str] = "purchase_id"

    id: Identifier
    """Identity of the refund; a purchase can have several."""
    purchase_id: Identifier
    amount: Money
    """The amount given back now, in the purchase's currency."""
    refunded_at: Instant
