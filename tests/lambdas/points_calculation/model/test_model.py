"""What a purchase earns: exactly, line by line."""

from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import iso4217
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.campaigns import Bonus
from contracts.merchant_categorization import Categorization
from contracts.points_calculation import Calculate, ForeignCurrency, Line, UnknownCurrency
from contracts.vocabulary import MOST_POINTS, Merchant, Money
from lambdas.points_calculation.model.caps import apply
from lambdas.points_calculation.model.earning import (
    combine,
    differences,
    earnings,
    major_units,
    require_billing_currency,
)
from pbckit.contracts.definitions import InvalidRequest
from pbckit.testing.world import BEGIN
from tests.lambdas.points_calculation.purchases import RATE, fixed, multiplying, purchase, request

rates = st.decimals(min_value=0, max_value=1000, places=6).map(lambda rate: f"{rate:f}")
multipliers = st.decimals(min_value=1, max_value=100, places=6).map(lambda multiplier: f"{multiplier:f}")
amounts = st.integers(min_value=1, max_value=10**9)
names = st.integers(min_value=0, max_value=9).map(lambda number: f"c-{number}")
priorities = st.integers(min_value=-2, max_value=2)
combinations = st.sampled_from(["stacking", "exclusive"])
bonuses = st.one_of(
    st.builds(multiplying, multipliers, names, priority=priorities, combination=combinations),
    st.builds(fixed, st.integers(min_value=0, max_value=10_000), names, priority=priorities, combination=combinations),
)
bonus_lists = st.lists(bonuses, max_size=5, unique_by=lambda bonus: bonus.campaign_id)


def lines(asked: Calculate) -> list[Line]:
    """What a purchase earns where nothing was counted before it."""
    return apply(earnings(asked), {}, {})[0]


def rate(points_per_unit: str) -> msgspec.Struct:
    return msgspec.structs.replace(RATE, points_per_unit=points_per_unit)


def points(found: list[Line]) -> list[int]:
    return [line.points for line in found]


@pytest.mark.parametrize(
    ("minor_units", "currency", "points_per_unit", "earned"),
    [
        (1999, "EUR", "1", 19),
        (1999, "EUR", "1.5", 29),
        (1, "EUR", "1", 0),
        (50, "EUR", "2", 1),
        (1999, "JPY", "1", 1999),
        (1999, "KWD", "1", 1),
        (1999, "KWD", "10", 19),
        (100, "EUR", "0.999999", 0),
        (100, "EUR", "0", 0),
        # Floats would be just below: 0.1 * 3 * 10 is not 3, and 4.35 * 100 is not 435.
        (30, "EUR", "10", 3),
        (435, "EUR", "100", 435),
        (1_000_000_000_000, "EUR", "0.1", 1_000_000_000),
    ],
)
def test_the_base_is_amount_times_rate_rounded_down(minor_units: int, currency: str, points_per_unit: str, earned: int):
    found = lines(request(purchase(minor_units, currency), rate=rate(points_per_unit)))

    assert points(found) == [earned]
    assert found[0].kind == "base"


@given(minor_units=amounts, points_per_unit=rates)
def test_rounding_takes_less_than_a_point_and_never_gives_one(minor_units: int, points_per_unit: str):
    (earned,) = points(lines(request(purchase(minor_units), rate=rate(points_per_unit))))
    exact = Decimal(minor_units) * Decimal(points_per_unit) / 100

    assert 0 <= exact - earned < 1


@given(smaller=amounts, more=amounts, points_per_unit=rates, bonuses=bonus_lists)
def test_a_larger_purchase_never_earns_less(smaller: int, more: int, points_per_unit: str, bonuses: list[Bonus]):
    few = lines(request(purchase(smaller), *bonuses, rate=rate(points_per_unit)))
    many = lines(request(purchase(smaller + more), *bonuses, rate=rate(points_per_unit)))

    assert all(one <= other for one, other in zip(points(few), points(many), strict=True))


@given(minor_units=amounts, points_per_unit=rates, bonuses=bonus_lists)
def test_a_campaign_never_takes_points_away(minor_units: int, points_per_unit: str, bonuses: list[Bonus]):
    base = lines(request(purchase(minor_units), rate=rate(points_per_unit)))
    found = lines(request(purchase(minor_units), *bonuses, rate=rate(points_per_unit)))

    assert found[0] == base[0]
    assert all(line.points >= 0 for line in found)
    assert [line.campaign_id for line in found[1:]] == [bonus.campaign_id for bonus in combine(bonuses)]


@given(minor_units=amounts, points_per_unit=rates, multiplier=multipliers)
def test_a_multiplier_counts_from_the_exact_base(minor_units: int, points_per_unit: str, multiplier: str):
    """Each line is rounded on its own, so the total is short by less than one point a line."""
    asked = request(purchase(minor_units), multiplying(multiplier), rate=rate(points_per_unit))
    exact = Fraction(minor_units, 100) * Fraction(points_per_unit) * Fraction(multiplier)

    assert 0 <= exact - sum(points(lines(asked))) < 2


def test_lines_are_rounded_each_on_its_own():
    # 0.75 points base: 0. Three times as much adds 1.5: 1. Rounding the total of 2.25 would have given 2.
    found = lines(request(purchase(75), multiplying("3"), rate=rate("1")))

    assert points(found) == [0, 1]


def test_a_members_lines_can_be_read():
    found = lines(request(None, multiplying("3.0"), fixed(1), fixed(250, "c-3"), rate=rate("2.50")))

    assert [line.text for line in found] == [
        "2.5 points per EUR at restaurants, since 1 June 2026",
        "Summer: 3 times the points",
        "Welcome: +1 point",
        "Welcome: +250 points",
    ]


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"rate": rate("1.000")}, "1 point per EUR at restaurants, since 1 June 2026"),
        ({"rate": rate("10")}, "10 points per EUR at restaurants, since 1 June 2026"),
        ({"rate": rate("0")}, "0 points per EUR at restaurants, since 1 June 2026"),
        (
            {"rate": msgspec.structs.replace(RATE, category="*")},
            "2 points per EUR at all other merchants, since 1 June 2026",
        ),
        ({"fallbacks": ["rate"]}, "2 points per EUR: the programme's base rate, until the rate is known"),
        ({"fallbacks": ["bonuses"]}, "2 points per EUR at restaurants, since 1 June 2026"),
    ],
)
def test_the_base_line_says_which_rate_answered(changes: dict[str, object], text: str):
    assert lines(request(**changes))[0].text == text


def test_every_iso_4217_currency_is_counted_by_its_own_minor_unit():
    judged = 0
    for currency in iso4217.Currency:
        if currency.exponent is not None:
            assert major_units(Money(minor_units=10**currency.exponent, currency=currency.code)) == 1
            judged += 1

    assert judged > 150


@pytest.mark.parametrize(
    ("currency", "reason"),
    [("XQX", "not a currency of ISO 4217"), ("XAU", "no minor unit"), ("XXX", "no minor unit")],
)
def test_an_unknown_currency_is_refused(currency: str, reason: str):
    with pytest.raises(UnknownCurrency, match=f"'{currency}' .*{reason}"):
        lines(request(purchase(currency=currency)))


A, B, C = (multiplying("2", name) for name in "abc")


def exclusive(bonus: Bonus, priority: int = 0) -> Bonus:
    return msgspec.structs.replace(bonus, combination="exclusive", priority=priority)


def ranked(bonus: Bonus, priority: int) -> Bonus:
    return msgspec.structs.replace(bonus, priority=priority)


@pytest.mark.parametrize(
    ("given_bonuses", "counting"),
    [
        ([], ""),
        ([A, B, C], "abc"),
        ([ranked(A, -1), B, ranked(C, 1)], "cba"),
        ([exclusive(A)], "a"),
        ([exclusive(A), B, C], "a"),
        ([A, exclusive(B), C], "ac"),
        ([A, B, exclusive(C, 1)], "c"),
        ([exclusive(A), exclusive(B)], "a"),
        ([exclusive(A), exclusive(B, 1)], "b"),
        ([exclusive(A, -1), B], "b"),
    ],
)
def test_campaigns_combine_by_rank_in_whatever_order_they_come(given_bonuses: list[Bonus], counting: str):
    for order in permutations(given_bonuses):
        assert "".join(bonus.campaign_id for bonus in combine(order)) == counting


@settings(max_examples=200)
@given(bonuses=bonus_lists)
def test_an_exclusive_campaign_stands_alone(bonuses: list[Bonus]):
    counting = combine(bonuses)

    assert len(counting) == 1 or all(bonus.combination == "stacking" for bonus in counting)
    assert bool(counting) == bool(bonuses)


@pytest.mark.parametrize(
    "bonus",
    [
        multiplying("0.999999"),
        multiplying("0"),
        msgspec.structs.replace(multiplying("2"), fixed_points=5),
        msgspec.structs.replace(fixed(5), fixed_points=None),
    ],
)
def test_a_bonus_without_sense_is_refused(bonus: Bonus):
    with pytest.raises(InvalidRequest, match=f"bonus {bonus.campaign_id}: either a multiplier of at least 1 or"):
        lines(request(None, bonus))


def test_more_points_than_the_ledger_books_are_refused():
    most = purchase(MOST_POINTS // 1_000, "JPY")

    assert points(lines(request(most, rate=rate("1000")))) == [MOST_POINTS]
    with pytest.raises(InvalidRequest, match=f"p-1 earns {MOST_POINTS + 1} points; at most {MOST_POINTS}"):
        lines(request(most, fixed(1), rate=rate("1000")))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({}, []),
        ({"member_id": "m-2"}, ["member_id"]),
        ({"amount": Money(minor_units=1, currency="EUR")}, ["amount"]),
        (
            {"card_product": "basic", "merchant": Merchant(id="s", name="Shop", mcc="5812", country="IT")},
            ["card_product", "merchant"],
        ),
        ({"posted_at": BEGIN.replace(year=2025)}, ["posted_at"]),
    ],
)
def test_differences_are_named(changes: dict[str, object], named: list[str]):
    assert differences(purchase(), purchase(**changes)) == named


EXCLUDED = msgspec.structs.replace(RATE, is_excluded=True)
AT_LEAST_FIVE = msgspec.structs.replace(RATE, minimum_minor_units=500)


def test_an_excluded_category_earns_nothing_from_no_rate_and_no_campaign():
    cash = Categorization(category="cash-like", basis="mcc")
    (line,) = lines(request(None, fixed(50), multiplying("3"), rate=EXCLUDED, category=cash))
    assert (line.kind, line.points, line.text) == ("base", 0, "Cash-like purchases earn nothing.")


@pytest.mark.parametrize(("minor_units", "earned"), [(499, []), (500, [10, 50]), (501, [10, 50])])
def test_below_the_minimum_nothing_is_earned_and_from_it_on_all(minor_units: int, earned: list[int]):
    found = lines(request(purchase(minor_units), fixed(50), rate=AT_LEAST_FIVE))
    if earned:
        assert points(found) == earned
    else:
        assert [(line.points, line.text) for line in found] == [(0, "Purchases below 5.00 EUR earn nothing.")]


def test_a_minimum_is_written_in_the_currency_of_the_card():
    yen = msgspec.structs.replace(AT_LEAST_FIVE, billing_currency="JPY")
    (line,) = lines(request(purchase(499, "JPY"), rate=yen))
    assert line.text == "Purchases below 500 JPY earn nothing."


def test_a_purchase_in_a_foreign_currency_is_refused_whether_or_not_its_category_is_excluded():
    excluded = msgspec.structs.replace(EXCLUDED, billing_currency="EUR")
    with pytest.raises(ForeignCurrency):
        require_billing_currency(request(purchase(100, "JPY"), rate=excluded))
