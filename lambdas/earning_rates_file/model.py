"""Rates as they stand in `rates.json`: which one is in effect, and until when."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from contracts.earning_rates import CardProduct, EarningRules, FindRate, Rate, RateVersion

FILE = Path(__file__).with_name("rates.json")
RULES_FILE = Path(__file__).with_name("earning_rules.json")
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


def read_rules(text: bytes) -> tuple[EarningRules, ...]:
    """The earning rules of a file, by beginning, each ending where the next begin.

    Raises:
        InvalidRates: it has something that is no set of rules.
    """
    try:
        rules = sorted(msgspec.json.decode(text, type=list[EarningRules]), key=lambda one: one.effective_from)
    except msgspec.ValidationError as error:
        raise InvalidRates(f"{RULES_FILE.name}: {error}") from error
    ends = [*(one.effective_from for one in rules[1:]), None]
    return tuple(
        msgspec.structs.replace(one, effective_to=end) for one, end in zip(rules, ends[: len(rules)], strict=True)
    )


def ruled(rate: Rate | None, rules: Iterable[EarningRules], request: FindRate) -> Rate | None:
    """A rate with what the earning rules in effect say. Where an excluded category has no rate, it is 0."""
    begun = [one for one in rules if one.effective_from <= request.at]
    if not begun:
        return rate
    now = begun[-1]
    is_excluded = request.category in now.excluded_categories
    if rate is None:
        if not is_excluded:
            return None
        rate = Rate(
            card_product=request.card_product,
            category=request.category,
            points_per_unit="0",
            effective_from=now.effective_from,
        )
    minimums = {one.card_product: one.minor_units for one in now.minimums}
    return msgspec.structs.replace(
        rate, is_excluded=is_excluded, minimum_minor_units=minimums.get(request.card_product)
    )


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
