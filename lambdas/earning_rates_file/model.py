"""Rates as they stand in `rates.json`: which one is in effect, and until when."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from contracts.earning_rates import CardProduct, RateVersion

FILE = Path(__file__).with_name("rates.json")
CARD_PRODUCTS_FILE = Path(__file__).with_name("card_products.json")
ANY_CATEGORY = "*"


class WrittenRate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rate as it is written: where it ends is told by the one that follows."""

    card_product: str
    category: str
    points_per_unit: str
    effective_from: datetime
    changed_by: str
    changed_at: datetime
    points_per_purchase: int | None = None
    points_per_member_month: int | None = None


class InvalidRates(ValueError):
    """The file has something that is no rate, or two rates that begin at once."""


def read(text: bytes) -> tuple[RateVersion, ...]:
    """The rates of a file, by card product, category and beginning, each ending where the next begins.

    Raises:
        InvalidRates: it has something that is no rate, or two rates of one key that begin at once.
    """
    try:
        written = msgspec.json.decode(text, type=list[WrittenRate])
        rates = [msgspec.convert({**msgspec.structs.asdict(one), "effective_to": None}, RateVersion) for one in written]
    except msgspec.ValidationError as error:
        raise InvalidRates(f"{FILE.name}: {error}") from error
    return tuple(_with_ends(sorted(rates, key=_place)))


def read_card_products(text: bytes) -> dict[str, CardProduct]:
    """The card products of a file, by name.

    Raises:
        InvalidRates: it has something that is no card product.
    """
    try:
        products = msgspec.json.decode(text, type=list[CardProduct])
    except msgspec.ValidationError as error:
        raise InvalidRates(f"{CARD_PRODUCTS_FILE.name}: {error}") from error
    return {one.card_product: one for one in sorted(products, key=lambda one: one.card_product)}


def in_effect(rates: Iterable[RateVersion], card_product: str, category: str, at: datetime) -> RateVersion | None:
    """The rate of a category, else the card product's for all others, that began last, at or before an instant."""
    begun = [one for one in rates if one.card_product == card_product and one.effective_from <= at]
    for wanted in (category, ANY_CATEGORY):
        found = [one for one in begun if one.category == wanted]
        if found:
            return max(found, key=lambda one: one.effective_from)
    return None


def _place(rate: RateVersion) -> tuple[str, str, datetime]:
    return rate.card_product, rate.category, rate.effective_from


def _with_ends(rates: Sequence[RateVersion]) -> Iterable[RateVersion]:
    for one, following in zip(rates, [*rates[1:], None], strict=True):
        if following is None or _place(one)[:2] != _place(following)[:2]:
            yield one
        elif one.effective_from == following.effective_from:
            begin = one.effective_from.isoformat()
            raise InvalidRates(f"{FILE.name}: two rates of {one.card_product} at {one.category} begin at {begin}")
        else:
            yield msgspec.structs.replace(one, effective_to=following.effective_from)
