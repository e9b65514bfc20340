"""Amounts as people read them."""

from contracts.campaigns import Threshold
from contracts.vocabulary import Money
from ops.members.purchase_file import InvalidRow, digits_after_the_point


def written(amount: Money | Threshold) -> str:
    """An amount in major units: 19.99 EUR. In minor units where ISO 4217 does not know the currency."""
    minor_units, currency = amount.minor_units, amount.currency
    try:
        digits = digits_after_the_point(currency)
    except InvalidRow:
        return f"{minor_units} minor units of {currency}"
    whole, fraction = divmod(minor_units, 10**digits)
    return f"{whole}.{fraction:0{digits}d} {currency}" if digits else f"{whole} {currency}"
