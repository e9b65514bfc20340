"""What a file of purchases must earn, worked out apart from the system by plain arithmetic.

Nothing here imports a runtime. Only the data is the same: the programme file and the table of categories.
"""

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import iso18245
import yaml


@dataclass(frozen=True, kw_only=True)
class Earned:
    """What one purchase must earn."""

    purchase_id: str
    member_id: str
    category: str
    points: int


@dataclass(kw_only=True)
class Expectation:
    """What a whole file must earn. A row that comes again adds nothing."""

    purchases: dict[str, Earned] = field(default_factory=dict[str, Earned])
    rows: int = 0
    duplicates: int = 0

    def points_by_member(self) -> dict[str, int]:
        """Balance of each member, by member id."""
        return self._totals(lambda earned: earned.member_id)

    def points_by_category(self) -> dict[str, int]:
        """Points of all members, by category."""
        return self._totals(lambda earned: earned.category)

    def purchases_by_member(self) -> dict[str, int]:
        """Number of purchases of each member."""
        counts: dict[str, int] = {}
        for earned in self.purchases.values():
            counts[earned.member_id] = counts.get(earned.member_id, 0) + 1
        return counts

    def _totals(self, key: Callable[[Earned], str]) -> dict[str, int]:
        totals: dict[str, int] = {}
        for earned in self.purchases.values():
            totals[key(earned)] = totals.get(key(earned), 0) + earned.points
        return dict(sorted(totals.items()))


def expect(purchases: Path, programme: Path, categories: Path) -> Expectation:
    """Work out what the file must earn under the programme.

    Args:
        purchases: CSV file, all rows of it valid.
        programme: YAML file with rates, campaigns and overrides.
        categories: JSON file with the categories of MCCs; a single code beats a range around it.
    """
    table: Mapping[str, Mapping[str, Sequence[str]]] = json.loads(categories.read_text())
    rules: Mapping[str, Any] = yaml.safe_load(programme.read_text())
    overrides = {entry["merchant_id"]: entry["category"] for entry in rules.get("overrides", [])}
    expectation = Expectation()
    with purchases.open(newline="") as file:
        for row in csv.DictReader(file):
            expectation.rows += 1
            if row["purchase_id"] in expectation.purchases:
                expectation.duplicates += 1
                continue
            category = overrides.get(row["merchant_id"]) or _category(row["mcc"], table)
            expectation.purchases[row["purchase_id"]] = Earned(
                purchase_id=row["purchase_id"],
                member_id=row["member_id"],
                category=category,
                points=_points(row, category, rules),
            )
    return expectation


def _points(row: Mapping[str, str], category: str, rules: Mapping[str, Any]) -> int:
    posted_at = _instant(row["posted_at"])
    base = Fraction(row["amount"]) * _rate(rules["rates"], row["card_product"], category, posted_at)
    total = int(base)
    for campaign in _campaigns(rules.get("campaigns", []), row["card_product"], category, posted_at):
        if campaign.get("multiplier") is not None:
            total += int(base * (Fraction(str(campaign["multiplier"])) - 1))
        else:
            total += int(campaign["fixed_points"])
    return total


def _category(mcc: str, table: Mapping[str, Mapping[str, Sequence[str]]]) -> str:
    # Codes of brands (airlines, car rentals, hotels) are given out one by one: no list has them all.
    for level in ("reserved", *(("codes", "ranges") if mcc in _listed() else ())):
        for category, spans in table[level].items():
            if any(span.split("-")[0] <= mcc <= span.split("-")[-1] for span in spans):
                return category
    return "uncategorized"


@cache
def _listed() -> frozenset[str]:
    return frozenset(listed.mcc for listed in iso18245.get_all_mccs())


def _rate(rates: Sequence[Mapping[str, Any]], product: str, category: str, at: datetime) -> Fraction:
    for wanted in (category, "*"):
        in_effect = [
            rate
            for rate in rates
            if rate["card_product"] == product and rate["category"] == wanted and _instant(rate["effective_from"]) <= at
        ]
        if in_effect:
            latest = max(in_effect, key=lambda rate: _instant(rate["effective_from"]))
            return Fraction(str(latest["points_per_unit"]))
    return Fraction(1)


def _campaigns(
    campaigns: Sequence[Mapping[str, Any]], product: str, category: str, at: datetime
) -> list[Mapping[str, Any]]:
    applying = [
        campaign
        for campaign in sorted(campaigns, key=lambda one: (-int(one.get("priority", 0)), one["campaign_id"]))
        if _instant(campaign["starts_at"]) <= at < _instant(campaign["ends_at"])
        and {"*", category} & set(campaign["categories"])
        and {"*", product} & set(campaign["card_products"])
    ]
    if applying and applying[0]["combination"] == "exclusive":
        return applying[:1]
    return [campaign for campaign in applying if campaign["combination"] == "stacking"]


def _instant(value: str | datetime) -> datetime:
    instant = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError(f"{value!r}: an instant needs an offset")
    return instant
