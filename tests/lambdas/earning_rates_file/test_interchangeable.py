"""Whoever asks for rates cannot tell where they are kept: both implementations answer alike, whatever is asked."""

from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.earning_rates import (
    LIST_CARD_PRODUCTS,
    LIST_EARNING_RULES,
    LIST_RATES,
    RATE,
    RATE_HISTORY,
    SET_CARD_PRODUCT,
    SET_EARNING_RULES,
    SET_RATE,
    CardProducts,
    EarningRules,
    EarningRulesList,
    FindRate,
    MinimumAmount,
    Rate,
    RateHistory,
    Rates,
)
from lambdas import earning_rates as table
from lambdas import earning_rates_file as file
from lambdas.earning_rates import (
    list_card_products,
    list_earning_rules,
    list_rates,
    model,
    rate,
    rate_history,
    set_card_product,
    set_earning_rules,
    set_rate,
)
from lambdas.earning_rates_file import list_card_products as file_list_card_products
from lambdas.earning_rates_file import list_earning_rules as file_list_earning_rules
from lambdas.earning_rates_file import list_rates as file_list_rates
from lambdas.earning_rates_file import model as file_model
from lambdas.earning_rates_file import rate as file_rate
from lambdas.earning_rates_file import rate_history as file_rate_history
from lambdas.earning_rates_file import set_card_product as file_set_card_product
from lambdas.earning_rates_file import set_earning_rules as file_set_earning_rules
from lambdas.earning_rates_file import set_rate as file_set_rate
from lambdas.earning_rates_file.rates import CARD_PRODUCTS, RATES
from pbckit.contracts.definitions import AnyCapability
from pbckit.testing.calls import Caller, RefusedCall
from pbckit.testing.world import world

ANSWERS: dict[str, dict[ModuleType, Any]] = {
    RATE.name: {table: rate.handler, file: file_rate.handler},
    LIST_RATES.name: {table: list_rates.handler, file: file_list_rates.handler},
    RATE_HISTORY.name: {table: rate_history.handler, file: file_rate_history.handler},
    SET_RATE.name: {table: set_rate.handler, file: file_set_rate.handler},
    SET_CARD_PRODUCT.name: {table: set_card_product.handler, file: file_set_card_product.handler},
    SET_EARNING_RULES.name: {table: set_earning_rules.handler, file: file_set_earning_rules.handler},
    LIST_EARNING_RULES.name: {table: list_earning_rules.handler, file: file_list_earning_rules.handler},
    LIST_CARD_PRODUCTS.name: {table: list_card_products.handler, file: file_list_card_products.handler},
}
PRODUCTS = [*sorted({one.card_product for one in RATES}), "unheard-of"]
CATEGORIES = [*sorted({one.category for one in RATES} - {"*"}), "books"]
BEGINNINGS = sorted({one.effective_from for one in RATES})
instants = st.one_of(
    st.sampled_from(BEGINNINGS),
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 UTC by `timezones`
)


@pytest.fixture(scope="module")
def caller() -> Caller:
    """A world in which the table has what the file has."""
    there = Caller(world("earning-rates"))
    for product in CARD_PRODUCTS.values():
        wanted = {"card_product": product.card_product, "billing_currency": product.billing_currency}
        there.ask(set_card_product.handler, SET_CARD_PRODUCT, **wanted)
    for one in RATES:
        wanted = {"card_product", "category", "points_per_unit", "effective_from"}
        there.ask(set_rate.handler, SET_RATE, **{k: v for k, v in msgspec.to_builtins(one).items() if k in wanted})
    return there


def ask(caller: Caller, where: ModuleType, capability: AnyCapability, **request: object) -> object:
    """The answer, or the name of the refusal."""
    try:
        return caller.ask(ANSWERS[capability.name][where], capability, **request)
    except RefusedCall as refusal:
        return str(refusal.args[0])


@given(product=st.sampled_from(PRODUCTS), category=st.sampled_from(CATEGORIES), at=instants)
def test_the_rate_in_effect_is_the_same(caller: Caller, product: str, category: str, at: datetime):
    request = {"card_product": product, "category": category, "at": at.isoformat()}
    assert ask(caller, table, RATE, **request) == ask(caller, file, RATE, **request)


@pytest.mark.parametrize("request_", [{}, {"card_product": "gold"}, {"category": "*"}, {"card_product": "unheard-of"}])
def test_the_list_is_the_same_but_for_who_wrote_it_and_when(caller: Caller, request_: dict[str, str]):
    lists = [ask(caller, where, LIST_RATES, **request_) for where in (table, file)]
    assert all(isinstance(one, Rates) for one in lists)
    told = [[(r.card_product, r.category, r.points_per_unit, r.effective_from, r.effective_to) for r in one.rates]
            for one in lists]  # fmt: skip
    assert told[0] == told[1]


@pytest.mark.parametrize(("product", "category"), [("gold", "restaurants"), ("gold", "books")])
def test_the_history_has_the_same_rates(caller: Caller, product: str, category: str):
    histories = [ask(caller, where, RATE_HISTORY, card_product=product, category=category) for where in (table, file)]
    told = [
        sorted((one.after.effective_from, one.after.points_per_unit) for one in history.changes)
        if isinstance(history, RateHistory)
        else history
        for history in histories
    ]
    assert told[0] == told[1]


def test_rates_in_a_file_are_not_set_and_the_refusal_is_in_the_contract(caller: Caller):
    request = {
        "card_product": "gold",
        "category": "fuel",
        "points_per_unit": "9",
        "effective_from": "2027-01-01T00:00:00Z",
    }
    refusal = ask(caller, file, SET_RATE, **request)
    assert refusal in {one.__name__ for one in SET_RATE.errors}
    assert refusal == "RatesAreFixed"


def test_the_card_products_are_the_same(caller: Caller):
    lists = [ask(caller, where, LIST_CARD_PRODUCTS) for where in (table, file)]
    told = [
        [(one.card_product, one.billing_currency, one.version) for one in products.card_products]
        for products in lists
        if isinstance(products, CardProducts)
    ]
    assert told[0] == told[1]
    assert len(told[0]) == 5


def test_every_rate_in_the_file_is_of_a_card_product_in_the_file():
    assert {one.card_product for one in RATES} == set(CARD_PRODUCTS)


def test_card_products_in_a_file_are_not_set_and_the_refusal_is_in_the_contract(caller: Caller):
    refusal = ask(caller, file, SET_CARD_PRODUCT, card_product="gold", billing_currency="USD")
    assert refusal in {one.__name__ for one in SET_CARD_PRODUCT.errors}
    assert refusal == "CardProductsAreFixed"


def test_without_earning_rules_both_list_none_and_the_file_lets_set_none(caller: Caller):
    lists = [ask(caller, where, LIST_EARNING_RULES) for where in (table, file)]
    assert lists == [EarningRulesList(rules=[], changes=[])] * 2
    refusal = ask(caller, file, SET_EARNING_RULES, effective_from="2026-06-01T00:00:00Z")
    assert refusal in {one.__name__ for one in SET_EARNING_RULES.errors}
    assert refusal == "RatesAreFixed"


@given(
    has_rate=st.booleans(),
    excluded=st.lists(st.sampled_from(["cash-like", "fuel"])),
    minimum=st.integers(min_value=1, max_value=900) | st.none(),
    begins=st.sampled_from([datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 8, 1, tzinfo=UTC)]),
)
def test_what_earning_rules_do_to_a_rate_is_the_same(
    has_rate: bool, excluded: list[str], minimum: int | None, begins: datetime
):
    at = datetime(2026, 7, 1, tzinfo=UTC)
    request = FindRate(card_product="gold", category="cash-like", at=at)
    found = Rate(card_product="gold", category="*", points_per_unit="2", effective_from=at) if has_rate else None
    rules = EarningRules(
        excluded_categories=excluded,
        minimums=[] if minimum is None else [MinimumAmount(card_product="gold", minor_units=minimum)],
        effective_from=begins,
        effective_to=None,
        changed_by="ada",
        changed_at=begins,
    )
    now = rules if begins <= at else None
    assert model.ruled(found, now, request) == file_model.ruled(found, [rules], request)


def test_the_earning_rules_of_a_file_end_where_the_next_begin():
    text = b"""[{"excluded_categories": ["fuel"], "minimums": [], "effective_from": "2026-07-01T00:00:00Z",
      "effective_to": null, "changed_by": "ada", "changed_at": "2026-01-01T00:00:00Z"},
     {"excluded_categories": [], "minimums": [], "effective_from": "2026-06-01T00:00:00Z",
      "effective_to": null, "changed_by": "ada", "changed_at": "2026-01-01T00:00:00Z"}]"""
    first, second = file_model.read_rules(text)
    assert (first.effective_to, second.effective_to) == (second.effective_from, None)
    with pytest.raises(file_model.InvalidRates, match=r"earning_rules\.json: "):
        file_model.read_rules(b'[{"excluded_categories": 5}]')
