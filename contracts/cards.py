"""Facts from the card system, which is outside this project."""

from typing import ClassVar, Literal

from contracts.vocabulary import Merchant, Money
from pbckit.contracts.definitions import Event
from pbckit.contracts.vocabulary import Identifier, Instant, Key

SOURCE = "cards"

ChargebackReason = Literal["fraud", "dispute", "processing-error", "authorization"]
"""Why an issuer takes a purchase back from its merchant: the groups of reason codes that card schemes share."""

LONGEST_AUTHORISATION_DAYS = 31
"""How long an authorisation may count: card schemes allow a month at most, for hotels and rental cars."""


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
    authorisation_id: Identifier | None = None
    """The authorisation that this purchase settles; None where it had none."""


class PurchaseAuthorised(Event, frozen=True, kw_only=True):
    """A card was authorised for a purchase, which is not posted yet."""

    source: ClassVar[str] = SOURCE
    aggregate: ClassVar[str] = "id"

    id: Identifier
    """Identity of the authorisation. The same id with other content is refused."""
    member_id: Identifier
    card_product: Key
    merchant: Merchant
    """Where the purchase is made."""
    amount: Money
    """What was authorised, in the currency of the card account; what is posted may be another amount."""
    authorised_at: Instant
    expires_at: Instant
    """From when on the authorisation counts no longer, if no purchase settled it."""


class AuthorisationReversed(Event, frozen=True, kw_only=True):
    """An authorisation was taken back, all of it: no purchase will settle it."""

    source: ClassVar[str] = SOURCE
    aggregate: ClassVar[str] = "authorisation_id"

    authorisation_id: Identifier
    reversed_at: Instant


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


class RefundPosted(Event, frozen=True, kw_only=True):
    """Money was given back on a card account. Nobody says for which purchase: it is matched."""

    source: ClassVar[str] = SOURCE
    aggregate: ClassVar[str] = "id"

    id: Identifier
    """Identity of the refund, among those of `PurchaseRefunded` too."""
    member_id: Identifier
    card_product: Key
    merchant_id: Identifier
    """The merchant that gave it back."""
    amount: Money
    """What is given back, in the currency of the card account."""
    refunded_at: Instant


class PurchaseChargedBack(Event, frozen=True, kw_only=True):
    """The issuer took a purchase back from its merchant: all that is left of it is given back."""

    source: ClassVar[str] = SOURCE
    aggregate: ClassVar[str] = "purchase_id"

    id: Identifier
    """Identity of the chargeback, among those of refunds too."""
    purchase_id: Identifier
    reason: ChargebackReason
    """Why: stands in the member's statement."""
    charged_back_at: Instant
