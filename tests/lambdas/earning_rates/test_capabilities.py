"""Rates: set, corrected, found at an instant, listed, audited, told."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from contracts.earning_rates import (
    LIST_CARD_PRODUCTS,
    LIST_RATES,
    RATE,
    RATE_HISTORY,
    SET_CARD_PRODUCT,
    SET_RATE,
    CardProduct,
    Rate,
    Rates,
    RateVersion,
)
from lambdas.earning_rates import list_card_products, list_rates, rate, rate_history, set_card_product, set_rate
from lambdas.earning_rates.store import RateStore
from pbckit.testing.calls import CORRELATION, Caller, RefusedCall
from pbckit.testing.world import STORE, World, world

JUNE, JULY, AUGUST = "2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z"


@pytest.fixture
def empty() -> World:
    return world("earning-rates")


@pytest.fixture
def there(empty: World) -> World:
    """A world with card products."""
    store = RateStore(empty.runtime)
    for name in ("gold", "classic", "gold-plus"):
        product = CardProduct(
            card_product=name, billing_currency="EUR", version=1, changed_by="ada", changed_at=empty.clock.now()
        )
        empty.tables.transact([store.keep_card_product(None, product)])
    return empty


@pytest.fixture
def caller(there: World) -> Caller:
    return Caller(there)


def put(caller: Caller, points: str, begin: str, category: str = "fuel", **more: Any) -> RateVersion:
    request = {"card_product": "gold", "category": category, "points_per_unit": points, "effective_from": begin}
    return caller.ask(set_rate.handler, SET_RATE, **(request | more))


def at(caller: Caller, instant: str, category: str = "fuel", card_product: str = "gold") -> Rate:
    return caller.ask(rate.handler, RATE, card_product=card_product, category=category, at=instant)


def listed(caller: Caller, **request: object) -> Rates:
    return caller.ask(list_rates.handler, LIST_RATES, **request)


@pytest.mark.parametrize(
    ("instant", "points"),
    [
        (JUNE, "1.5"),
        ("2026-06-30T23:59:59.999999Z", "1.5"),
        (JULY, "2"),
        ("2026-07-01T01:59:59+02:00", "1.5"),
        ("2026-07-01T02:00:00+02:00", "2"),
        ("2030-01-01T00:00:00Z", "2"),
    ],
)
def test_the_rate_in_effect_is_the_one_that_began_last(caller: Caller, instant: str, points: str):
    put(caller, "2", JULY)
    put(caller, "1.5", JUNE)
    assert at(caller, instant).points_per_unit == points


def test_the_category_comes_before_the_rate_for_all_others(caller: Caller):
    put(caller, "1", JUNE, "*")
    put(caller, "3", JULY, "fuel")
    assert (at(caller, JULY).points_per_unit, at(caller, JULY).category) == ("3", "fuel")
    assert (at(caller, JUNE).points_per_unit, at(caller, JUNE).category) == ("1", "*")
    assert at(caller, JULY, "groceries").category == "*"


@pytest.mark.parametrize(
    ("instant", "category", "card_product"),
    [("2026-05-31T23:59:59Z", "fuel", "gold"), (JUNE, "groceries", "gold"), (JUNE, "fuel", "classic")],
)
def test_no_rate_is_said_and_not_guessed(caller: Caller, instant: str, category: str, card_product: str):
    put(caller, "2", JUNE)
    with pytest.raises(RefusedCall, match=rf"NoRate.*{card_product} at {category}"):
        at(caller, instant, category, card_product)


def test_a_silent_overlap_is_refused_and_changes_nothing(there: World, caller: Caller):
    put(caller, "2", JUNE)
    before = there.tables.all(STORE)
    with pytest.raises(RefusedCall, match=r"RateOverlap.*gold at fuel.*a rate of 2 .*2026-06-01.*`replace`"):
        put(caller, "3", "2026-06-01T02:00:00+02:00")
    assert there.tables.all(STORE) == before
    assert len(caller.published()) == 1


def test_replace_corrects_the_rate_of_that_instant_only(caller: Caller):
    put(caller, "1", JUNE)
    put(caller, "2", JULY)
    put(caller, "1.25", JUNE, replace=True)
    assert [one.points_per_unit for one in listed(caller).rates] == ["1.25", "2"]


def test_an_overlap_that_arises_meanwhile_is_refused_too(there: World, caller: Caller):
    """Another operator sets the same instant between our reading and our writing."""
    there.tables.before_transaction = lambda: put(Caller(there, actor="grace"), "2", JUNE)
    with pytest.raises(RefusedCall, match="RateOverlap"):
        put(caller, "3", JUNE)
    assert at(caller, JUNE).points_per_unit == "2"


def test_an_overlap_that_arises_between_two_readings_is_refused_too(
    there: World, caller: Caller, monkeypatch: pytest.MonkeyPatch
):
    """The other operator commits right after our first reading, whichever that is."""
    get = there.tables.get

    def get_and_let_another_in(table: str, key: Any) -> Any:
        monkeypatch.setattr(there.tables, "get", get)
        found = get(table, key)
        put(Caller(there, actor="grace"), "2", JUNE)
        return found

    monkeypatch.setattr(there.tables, "get", get_and_let_another_in)
    with pytest.raises(RefusedCall, match="RateOverlap"):
        put(caller, "3", JUNE)
    assert at(caller, JUNE).points_per_unit == "2"


def test_the_answer_says_until_when_it_holds(caller: Caller):
    assert put(caller, "2", JULY).effective_to is None
    assert put(caller, "1", JUNE).effective_to == datetime.fromisoformat(JULY)
    assert put(caller, "1.5", JUNE, replace=True).effective_to == datetime.fromisoformat(JULY)


def test_rates_are_listed_by_key_and_beginning_with_derived_ends(caller: Caller):
    put(caller, "2", JULY)
    put(caller, "1", JUNE, "*")
    put(caller, "3", AUGUST)
    rates = listed(caller).rates
    assert [(one.category, one.points_per_unit) for one in rates] == [("*", "1"), ("fuel", "2"), ("fuel", "3")]
    assert [one.effective_to for one in rates] == [None, datetime.fromisoformat(AUGUST), None]


def test_a_list_can_be_narrowed(caller: Caller):
    put(caller, "1", JUNE, "*")
    put(caller, "2", JUNE)
    put(caller, "4", JUNE, card_product="classic")
    assert [one.points_per_unit for one in listed(caller, card_product="gold").rates] == ["1", "2"]
    assert [one.points_per_unit for one in listed(caller, category="*").rates] == ["1"]
    assert [one.points_per_unit for one in listed(caller, card_product="classic", category="fuel").rates] == ["4"]
    assert listed(caller, card_product="platinum").rates == []


def test_a_card_product_does_not_see_the_rates_of_one_whose_name_begins_alike(caller: Caller):
    put(caller, "9", JUNE, card_product="gold-plus")
    with pytest.raises(RefusedCall, match="NoRate"):
        at(caller, JUNE)


def test_every_change_is_kept_with_who_when_before_and_after(there: World, caller: Caller):
    put(caller, "1", JUNE)
    put(Caller(there, actor="grace"), "2", JUNE, replace=True)
    first, second = [item for item in there.tables.all(STORE) if item["pk"].startswith("audit#")]
    assert (first["before"], first["points_per_unit"], first["changed_by"]) == (None, "1", "ada")
    assert (second["before"]["points_per_unit"], second["points_per_unit"], second["changed_by"]) == ("1", "2", "grace")
    assert first["changed_at"] < second["changed_at"]


def test_every_change_is_told_in_sequence_by_key(caller: Caller):
    put(caller, "1", JUNE)
    put(caller, "2", JULY)
    put(caller, "3", JUNE, "*")
    events = caller.published()
    assert {(one["type"], one["source"]) for one in events} == {("EarningRateChanged", "earning-rates")}
    assert [(one["metadata"]["aggregate_id"], one["metadata"]["sequence"]) for one in events] == [
        ("gold/fuel", 1),
        ("gold/fuel", 2),
        ("gold/*", 1),
    ]
    assert {one["metadata"]["correlation_id"] for one in events} == {CORRELATION}
    assert events[1]["data"]["effective_from"] == JULY
    assert events[1]["data"]["changed_by"] == "ada"


def test_a_change_in_the_past_tells_where_it_ends(caller: Caller):
    put(caller, "2", JULY)
    put(caller, "1", JUNE)
    assert caller.published()[1]["data"]["effective_to"] == JULY


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"points_per_unit": "-1"}, r"points_per_unit"),
        ({"points_per_unit": "1,5"}, r"points_per_unit"),
        ({"points_per_unit": 1.5}, r"points_per_unit"),
        ({"category": "Fuel"}, r"category"),
        ({"effective_from": "2026-06-01T00:00:00"}, r"effective_from"),
        ({"effective_from": "tomorrow"}, r"effective_from"),
        ({"card_product": None}, r"card_product"),
        ({"efective_to": JULY}, "efective_to"),
    ],
)
def test_a_request_outside_its_schema_is_refused_by_field(caller: Caller, changed: dict[str, Any], field: str):
    with pytest.raises(RefusedCall, match=rf"InvalidRequest.*[: `.]{field}"):
        put(caller, **({"points": "1", "begin": JUNE} | changed))


def test_caps_reach_whoever_asks_for_the_rate(caller: Caller):
    put(caller, "2", JUNE, points_per_purchase=100, points_per_member_month=500)

    assert (at(caller, JUNE).points_per_purchase, at(caller, JUNE).points_per_member_month) == (100, 500)
    assert listed(caller).rates[0].points_per_member_month == 500


def test_every_change_can_be_read_back(there: World, caller: Caller):
    put(caller, "2", JUNE)
    put(Caller(there, actor="bob"), "3", JUNE, replace=True)
    put(caller, "4", JULY)
    put(caller, "9", JUNE, category="groceries")
    changes = caller.ask(rate_history.handler, RATE_HISTORY, card_product="gold", category="fuel").changes

    assert [change.after.points_per_unit for change in changes] == ["2", "3", "4"]
    assert [change.before.points_per_unit if change.before else None for change in changes] == [None, "2", None]
    assert [change.after.changed_by for change in changes] == ["ada", "bob", "ada"]


def test_a_category_that_never_had_a_rate_has_no_history(caller: Caller):
    with pytest.raises(RefusedCall) as refusal:
        caller.ask(rate_history.handler, RATE_HISTORY, card_product="gold", category="fuel")

    assert refusal.value.args == ("NoRate", "gold at fuel never had a rate")


def register(caller: Caller, currency: str, card_product: str = "gold") -> CardProduct:
    return caller.ask(set_card_product.handler, SET_CARD_PRODUCT, card_product=card_product, billing_currency=currency)


def test_a_rate_says_what_the_card_product_bills_in(caller: Caller):
    put(caller, "2", JUNE)
    assert at(caller, JUNE).billing_currency == "EUR"
    register(caller, "JPY")
    assert at(caller, JUNE).billing_currency == "JPY"


def test_card_products_are_listed_by_name_and_told(empty: World):
    caller = Caller(empty)
    register(caller, "EUR")
    register(caller, "KWD", "pearl")
    changed = register(caller, "USD")
    assert (changed.version, changed.changed_by) == (2, "ada")
    listed = caller.ask(list_card_products.handler, LIST_CARD_PRODUCTS).card_products
    assert [(one.card_product, one.billing_currency) for one in listed] == [("gold", "USD"), ("pearl", "KWD")]
    told = [(e["type"], e["data"]["card_product"], e["metadata"]["sequence"]) for e in caller.published()]
    assert {name for name, _, _ in told} == {"CardProductChanged"}
    assert [of for _, *of in told] == [["gold", 1], ["pearl", 1], ["gold", 2]]


@pytest.mark.parametrize(
    ("currency", "reason"),
    [
        ("EUX", r"InvalidCardProduct.*gold: 'EUX' is not a currency of ISO 4217"),
        ("XAU", r"InvalidCardProduct.*gold: 'XAU' has no minor unit in ISO 4217"),
        ("eur", r"InvalidRequest.*billing_currency"),
        ("", r"InvalidRequest.*billing_currency"),
    ],
)
def test_a_currency_that_no_card_bills_in_is_refused(empty: World, currency: str, reason: str):
    with pytest.raises(RefusedCall, match=reason):
        register(Caller(empty), currency)
    assert empty.tables.all(STORE) == []


@pytest.mark.parametrize(
    ("category", "card_product", "reason"),
    [
        ("resturants", "gold", r"UnknownCategory.*rate of gold: .*'resturants'; did you mean restaurants\?"),
        ("fuel", "clasic", r"UnknownCardProduct.*rate at fuel: .*'clasic'; did you mean classic\?"),
        ("fuel", "visa", r"UnknownCardProduct.*'visa'; register it first"),
    ],
)
def test_a_rate_for_what_there_is_not_is_refused_with_the_nearest_name(
    there: World, caller: Caller, category: str, card_product: str, reason: str
):
    before = there.tables.all(STORE)
    with pytest.raises(RefusedCall, match=reason):
        put(caller, "2", JUNE, category, card_product=card_product)
    assert there.tables.all(STORE) == before


def test_lookups_answer_from_memory_for_a_second_and_commands_never(there: World):
    remembering = Caller(replace(there, runtime=replace(there.runtime, settings_seconds=1)))
    put(remembering, "1", JUNE)
    assert at(remembering, JULY).points_per_unit == "1"
    put(remembering, "2", JUNE, replace=True)
    assert at(remembering, JULY).points_per_unit == "1"
    assert [one.points_per_unit for one in listed(remembering, card_product="gold").rates] == ["2"]
    there.clock.time += timedelta(seconds=1)
    assert at(remembering, JULY).points_per_unit == "2"
