"""From merchant category code to reward category."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import iso18245

from contracts.merchant_categorization import UNCATEGORIZED, Categorization, MerchantOverride

_TABLE = Path(__file__).with_name("categories.json")


class OverlappingCategories(ValueError):
    """A merchant category code stands twice in the table."""


def categorize(mcc: str, override: MerchantOverride | None) -> Categorization:
    """The category of a merchant: by hand where somebody said so, else by its code.

    A code that neither a list of ISO 18245 nor a range for brands has gives `uncategorized`.
    """
    if override is not None and override.category is not None:
        return Categorization(category=override.category, basis="override")
    category = category_of(mcc)
    if category is None:
        return Categorization(category=UNCATEGORIZED, basis="unknown-mcc")
    return Categorization(category=category, basis="mcc")


def category_of(mcc: str) -> str | None:
    """The category that the table gives a code; None for a code that no merchant can have.

    Codes from 3000 to 3999 are given to airlines, car rentals and hotels one by one, a brand each (ISO 18245; Visa
    Merchant Data Standards Manual): a new brand's code belongs to its range before any list has it.
    """
    reserved = _reserved().get(mcc)
    if reserved is not None:
        return reserved
    category = _categories().get(mcc)
    return category if category is not None and _is_listed(mcc) else None


def parse(spans_by_category: Mapping[str, list[str]]) -> dict[str, str]:
    """Category by code, from codes and spans of codes (`"5811-5814"`) by category.

    Raises:
        OverlappingCategories: a code stands in two spans.
    """
    categories: dict[str, str] = {}
    for category, spans in spans_by_category.items():
        for span in spans:
            first, _, last = span.partition("-")
            for number in range(int(first), int(last or first) + 1):
                mcc = f"{number:04d}"
                if mcc in categories:
                    raise OverlappingCategories(f"{mcc} is in {categories[mcc]} and again in {category} ({span})")
                categories[mcc] = category
    return categories


@cache
def _categories() -> dict[str, str]:
    """What stands for a single code wins over the range around it."""
    table = json.loads(_TABLE.read_text())
    return parse(table["ranges"]) | parse(table["codes"])


@cache
def _reserved() -> dict[str, str]:
    """Categories of the ranges whose codes are given to brands."""
    return parse(json.loads(_TABLE.read_text())["reserved"])


@cache
def _is_listed(mcc: str) -> bool:
    try:
        iso18245.get_mcc(mcc)
    except iso18245.MCCNotFound:
        return False
    return True
