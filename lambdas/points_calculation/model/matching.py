"""Which purchase a refund is of that names none.

It fits a purchase of the same member, card product, merchant and currency, posted in the time before it, of which at
least as much is left as is given back. One that fits alone is meant. Where several fit none is chosen: points taken
from the wrong purchase would have to be found by somebody first.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from contracts.cards import PurchasePosted, PurchaseRefunded, RefundPosted

DAYS_BACK = 180
"""How long before its refund a purchase may have been posted."""
MOST_LISTED = 10
"""Purchases that a refusal names."""
_BOOKING_DAY = timedelta(days=1)
"""Statements give the day of a booking only: a purchase of the refund's day may have been posted after it."""


class Entry(Protocol):
    """What the index of a member's purchases at a merchant says of one."""

    @property
    def card_product(self) -> str:
        """The kind of card."""
        ...

    @property
    def currency(self) -> str:
        """Of the purchase."""
        ...

    @property
    def minor_units(self) -> int:
        """The whole amount."""
        ...


def window(refund: RefundPosted) -> tuple[datetime, datetime]:
    """From when until when a purchase was posted of which it can be."""
    return refund.refunded_at - timedelta(days=DAYS_BACK), refund.refunded_at + _BOOKING_DAY


def may_fit(refund: RefundPosted, entry: Entry) -> bool:
    """Whether a purchase fits if nothing of it was given back yet."""
    return (entry.card_product, entry.currency) == (refund.card_product, refund.amount.currency) and (
        entry.minor_units >= refund.amount.minor_units
    )


def fits(refund: RefundPosted, purchase: PurchasePosted, refunded: int) -> bool:
    """Whether so much is left of a purchase that may fit, of which `refunded` minor units were given back."""
    return purchase.amount.minor_units - refunded >= refund.amount.minor_units


def of_purchase(refund: RefundPosted, purchase_id: str) -> PurchaseRefunded:
    """The refund, with the purchase that it is of."""
    return PurchaseRefunded(id=refund.id, purchase_id=purchase_id, amount=refund.amount, refunded_at=refund.refunded_at)


def none_fits(refund: RefundPosted) -> str:
    """What a refusal says where no purchase fits."""
    return (
        f"{_named(refund)}: no purchase on {refund.card_product} in the {DAYS_BACK} days before has as much left; "
        "refund it by its purchase's id"
    )


def several_fit(refund: RefundPosted, purchases: Sequence[PurchasePosted]) -> str:
    """What a refusal says where several fit: which they are."""
    listed = ", ".join(
        f"{one.id} ({one.amount.minor_units} on {one.posted_at.astimezone(UTC):%Y-%m-%d})"
        for one in purchases[:MOST_LISTED]
    )
    more = " and more" if len(purchases) > MOST_LISTED else ""
    return f"{_named(refund)} fits several purchases: {listed}{more}; refund one of them by its id"


def _named(refund: RefundPosted) -> str:
    amount = refund.amount
    return (
        f"refund {refund.id} of {amount.minor_units} minor units in {amount.currency} "
        f"for member {refund.member_id} at merchant {refund.merchant_id}"
    )
