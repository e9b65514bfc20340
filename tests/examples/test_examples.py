"""The example data is what it says it is: made by its script, wide enough, and crossing what it is to cross."""

import importlib.util
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import iso18245
import msgspec
import pytest

from contracts.cards import PurchasePosted
from contracts.earning_rates import SetRate
from lambdas.campaigns import model as campaigns
from lambdas.merchant_categorization import model as merchants
from ops.members.purchase_file import minor_units, read_purchases
from ops.programme.file import Programme, read_programme

EXAMPLES = Path(__file__).parents[2] / "examples"


@cache
def rows() -> list[PurchasePosted]:
    purchases, refused = read_purchases(EXAMPLES / "purchases.csv")
    assert refused == []
    return purchases


@cache
def unique() -> dict[str, PurchasePosted]:
    return {purchase.id: purchase for purchase in rows()}


@cache
def programme() -> Programme:
    return read_programme(EXAMPLES / "programme.yaml")


def category_of(purchase: PurchasePosted) -> str:
    by_hand = {override.merchant_id: override.category for override in programme().overrides}
    return by_hand.get(purchase.merchant.id) or merchants.categorize(purchase.merchant.mcc, None).category


def applying(purchase: PurchasePosted) -> list[str]:
    made = [
        campaigns.Campaign(**msgspec.structs.asdict(request), version=1, changed_by="ada", changed_at=request.starts_at)
        for request in programme().campaigns
    ]
    found = campaigns.bonuses(made, purchase.card_product, category_of(purchase), purchase.posted_at)
    return [bonus.campaign_id for bonus in found]


@pytest.fixture
def script() -> Any:
    specification = importlib.util.spec_from_file_location("make_purchases", EXAMPLES / "make_purchases.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_script_makes_the_committed_file(script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(script, "__file__", str(tmp_path / "make_purchases.py"))
    script.main()
    assert (tmp_path / "purchases.csv").read_bytes() == (EXAMPLES / "purchases.csv").read_bytes()


@pytest.mark.parametrize(
    ("least", "seen"),
    [
        (300, unique),
        (25, lambda: {purchase.member_id for purchase in rows()}),
        (40, lambda: {purchase.merchant.mcc for purchase in rows()}),
        (3, lambda: {purchase.amount.currency for purchase in rows()}),
        (3, lambda: {minor_units("1", purchase.amount.currency) for purchase in rows()}),
    ],
    ids=["purchases", "members", "merchant category codes", "currencies", "numbers of digits"],
)
def test_it_is_wide_enough(least: int, seen: Callable[[], Any]):
    assert len(seen()) >= least


def test_it_covers_three_months_of_2026():
    assert {f"{purchase.posted_at:%Y-%m}" for purchase in rows()} == {"2026-06", "2026-07", "2026-08"}


def test_duplicates_are_exact():
    again = {purchase_id for purchase_id, count in Counter(row.id for row in rows()).items() if count > 1}
    assert len(again) >= 10
    assert all(row == unique()[row.id] for row in rows() if row.id in again)


def test_some_codes_are_in_no_list():
    listed = {one.mcc for one in iso18245.get_all_mccs()}
    assert len({purchase.merchant.mcc for purchase in rows()} - listed) == 2


def test_a_card_product_bills_in_one_currency():
    assert all(
        len({purchase.amount.currency for purchase in rows() if purchase.card_product == product}) == 1
        for product in {purchase.card_product for purchase in rows()}
    )


def test_every_campaign_is_valid_and_applies_to_some_purchase_and_not_to_all():
    for campaign in programme().campaigns:
        campaigns.validate(campaign)
    applied = Counter(campaign_id for purchase in unique().values() for campaign_id in applying(purchase))
    assert set(applied) == {campaign.campaign_id for campaign in programme().campaigns}
    assert max(applied.values()) < len(unique())


def test_campaigns_meet_in_all_ways():
    """A multiplier adds up with a fixed bonus, and an exclusive one keeps such a bonus out."""
    met = {tuple(applying(purchase)) for purchase in unique().values()}
    assert ("august-travel", "august-thanks") in met
    assert ("june-dining", "hello-gold") in met
    assert ("summer-sprint", "hello-gold") in met


def test_purchases_stand_on_both_edges_of_a_window():
    sprint = next(one for one in programme().campaigns if one.campaign_id == "summer-sprint")
    instants = {purchase.posted_at for purchase in rows()}
    assert {sprint.starts_at, sprint.ends_at} <= instants


def test_every_card_product_has_a_rate_for_all_categories_from_the_first_purchase_on():
    first = min(purchase.posted_at for purchase in rows())
    general = {rate.card_product for rate in programme().rates if rate.category == "*" and rate.effective_from <= first}
    assert {purchase.card_product for purchase in rows()} <= general


def test_some_rate_changes_while_purchases_are_made():
    def key(rate: SetRate) -> tuple[str, str]:
        return rate.card_product, rate.category

    changed = [key for key, count in Counter(map(key, programme().rates)).items() if count > 1]
    begun = [rate.effective_from for rate in programme().rates if key(rate) in changed]
    assert any(datetime(2026, 6, 1, tzinfo=UTC) < begin < datetime(2026, 9, 1, tzinfo=UTC) for begin in begun)


def test_every_override_changes_what_some_purchase_earns_for():
    for override in programme().overrides:
        purchases = [purchase for purchase in rows() if purchase.merchant.id == override.merchant_id]
        assert purchases
        assert all(merchants.categorize(one.merchant.mcc, None).category != override.category for one in purchases)
