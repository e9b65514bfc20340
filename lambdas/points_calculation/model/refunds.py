"""What is left of a purchase's points when parts of its amount are given back.

Points are kept in proportion to the amount that is kept, rounded down once, from the sum of all refunds. So what is
taken back altogether depends on how much was given back, never on how it was split, and a full refund takes all.
"""

from datetime import UTC

import iso4217

from contracts.cards import PurchaseChargedBack, PurchasePosted, PurchaseRefunded
from contracts.points_calculation import CurrencyMismatch, RefundExceedsPurchase
from contracts.vocabulary import Money


def kept(points: int, amount: int, refunded: int) -> int:
    """What is left of points.

    Args:
        points: what the whole purchase earns.
        amount: of the purchase, in minor units.
        refunded: given back so far, in minor units; from 0 to `amount`.
    """
    return points * (amount - refunded) // amount


def require_refundable(purchase: PurchasePosted, refunded: int, refund: PurchaseRefunded) -> None:
    """Refuse a refund that cannot be one of this purchase.

    Raises:
        CurrencyMismatch: it is in another currency.
        RefundExceedsPurchase: it is more than what is left of the amount.
    """
    if refund.amount.currency != purchase.amount.currency:
        raise CurrencyMismatch(
            f"refund {refund.id} is in {refund.amount.currency}, purchase {purchase.id} in {purchase.amount.currency}"
        )
    left = purchase.amount.minor_units - refunded
    if refund.amount.minor_units > left:
        raise RefundExceedsPurchase(
            f"refund {refund.id} of {refund.amount.minor_units} minor units: {left} are left of purchase {purchase.id}"
        )


def text(refund: PurchaseRefunded) -> str:
    """What a member can read of a refund. The day is that of UTC, as in the text of a rate."""
    return f"refund of {written(refund.amount)} on {refund.refunded_at.astimezone(UTC):%-d %B %Y}"


def chargeback_text(chargeback: PurchaseChargedBack, amount: Money) -> str:
    """What a member can read of a chargeback of so much."""
    day = chargeback.charged_back_at.astimezone(UTC)
    return f"chargeback ({chargeback.reason}) of {written(amount)} on {day:%-d %B %Y}"


def written(amount: Money) -> str:
    """An amount as people write it: 10.00 EUR."""
    digits = iso4217.Currency(amount.currency).exponent or 0
    whole, fraction = divmod(amount.minor_units, 10**digits)
    return f"{whole}.{fraction:0{digits}d} {amount.currency}" if digits else f"{whole} {amount.currency}"
