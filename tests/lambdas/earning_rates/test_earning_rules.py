"""Earning rules: which purchases earn nothing, from when on; answered together with the rate."""

from typing import Any

import pytest

from contracts.earning_rates import (
    LIST_EARNING_RULES,
    RATE,
    SET_CARD_PRODUCT,
    SET_EARNING_RULES,
    SET_RATE,
    EarningRules,
    EarningRulesList,
    Rate,
)
from lambdas.earning_rates import list_earning_rules, rate, set_card_product, set_earning_rules, set_rate
from pbckit.testing.calls import Caller, RefusedCall
from pbckit.testing.world import STORE, World, world

JUNE, JULY, AUGUST = "2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z", "2026-08-01T00:00:00Z"


@pytest.fixture
def there() -> World:
    return world("earning-rates")


@pytest.fixture
def caller(there: World) -> Caller:
    """A caller where gold has a rate and silver none."""
    asks = Caller(there)
    for product in ("gold", "silver"):
        asks.ask(set_card_product.handler, SET_CARD_PRODUCT, card_product=product, billing_currency="EUR")
    wanted = {"card_product": "gold", "category": "*", "points_per_unit": "2", "effective_from": JUNE}
    asks.ask(set_rate.handler, SET_RATE, **wanted)
    return asks


def put(caller: Caller, begin: str, *excluded: str, **more: Any) -> EarningRules:
    request = {"effective_from": begin, "excluded_categories": list(excluded), **more}
    return caller.ask(set_earning_rules.handler, SET_EARNING_RULES, **request)


def at(caller: Caller, instant: str, category: str = "cash-like", card_product: str = "gold") -> Rate:
    return caller.ask(rate.handler, RATE, card_product=card_product, category=category, at=instant)


def listed(caller: Caller) -> EarningRulesList:
    return caller.ask(list_earning_rules.handler, LIST_EARNING_RULES)


def minimum(card_product: str, minor_units: int) -> dict[str, Any]:
    return {"card_product": card_product, "minor_units": minor_units}


def test_without_rules_everything_earns(caller: Caller):
    assert (at(caller, JUNE).is_excluded, at(caller, JUNE).minimum_minor_units) == (False, None)


def test_a_rate_says_what_the_rules_of_its_time_say(caller: Caller):
    put(caller, AUGUST)
    put(caller, JULY, "cash-like", "government", minimums=[minimum("gold", 500)])

    for instant, category, expected in [
        ("2026-06-30T23:59:59.999999Z", "cash-like", (False, None)),
        (JULY, "cash-like", (True, 500)),
        (JULY, "government", (True, 500)),
        (JULY, "fuel", (False, 500)),
        ("2026-08-01T01:59:59+02:00", "cash-like", (True, 500)),
        (AUGUST, "cash-like", (False, None)),
    ]:
        found = at(caller, instant, category)
        assert (found.is_excluded, found.minimum_minor_units) == expected, (instant, category)
        assert (found.points_per_unit, found.billing_currency) == ("2", "EUR")


def test_a_minimum_is_of_its_card_product_only(caller: Caller):
    wanted = {"card_product": "silver", "category": "*", "points_per_unit": "1", "effective_from": JUNE}
    caller.ask(set_rate.handler, SET_RATE, **wanted)
    put(caller, JUNE, minimums=[minimum("gold", 500)])
    assert at(caller, JUNE, card_product="silver").minimum_minor_units is None


def test_an_excluded_category_needs_no_rate_and_others_do(caller: Caller):
    put(caller, JUNE, "cash-like")
    found = at(caller, JUNE, card_product="silver")
    assert (found.points_per_unit, found.is_excluded, found.basis) == ("0", True, "rate")
    with pytest.raises(RefusedCall, match="NoRate"):
        at(caller, JUNE, "fuel", "silver")


def test_rules_of_the_same_instant_are_refused_unless_they_correct(there: World, caller: Caller):
    put(caller, JUNE, "cash-like")
    before = there.tables.all(STORE)
    with pytest.raises(RefusedCall, match=r"RulesOverlap.*begin at 2026-06-01.*`replace`"):
        put(caller, "2026-06-01T02:00:00+02:00", "fuel")
    assert there.tables.all(STORE) == before
    put(caller, JUNE, "fuel", replace=True)
    assert [one.excluded_categories for one in listed(caller).rules] == [["fuel"]]


def test_rules_that_another_sets_meanwhile_are_not_overwritten(there: World, caller: Caller):
    there.tables.before_transaction = lambda: put(Caller(there, actor="grace"), JUNE, "fuel")
    with pytest.raises(RefusedCall, match="RulesOverlap"):
        put(caller, JUNE, "cash-like")
    assert at(caller, JUNE, "fuel").is_excluded


def test_every_change_is_kept_with_who_when_before_and_after(there: World, caller: Caller):
    put(caller, JULY, "cash-like")
    put(caller, JUNE, "fuel")
    put(Caller(there, actor="grace"), JULY, "fuel", "cash-like", replace=True)

    found = listed(caller)
    assert [(one.excluded_categories, one.effective_to is None) for one in found.rules] == [
        (["fuel"], False),
        (["cash-like", "fuel"], True),
    ]
    assert found.rules[0].effective_to == found.rules[1].effective_from
    assert [one.after.changed_by for one in found.changes] == ["ada", "ada", "grace"]
    assert [one.before and one.before.excluded_categories for one in found.changes] == [None, None, ["cash-like"]]


def test_every_change_is_told_in_sequence_with_where_it_ends(caller: Caller):
    put(caller, JULY, "cash-like")
    put(caller, JUNE, "fuel", minimums=[minimum("gold", 5)])
    events = [one for one in caller.published() if one["type"] == "EarningRulesChanged"]
    assert [(one["metadata"]["aggregate_id"], one["metadata"]["sequence"]) for one in events] == [
        ("earning-rules", 1),
        ("earning-rules", 2),
    ]
    assert [(one["data"]["effective_from"], one["data"]["effective_to"]) for one in events] == [
        (JULY, None),
        (JUNE, JULY),
    ]
    assert events[1]["data"]["minimums"] == [minimum("gold", 5)]


@pytest.mark.parametrize(
    ("excluded", "minimums", "reason"),
    [
        (["cash"], [], r"UnknownCategory.*excluded_categories: no category is called 'cash'"),
        (["cashlike"], [], r"UnknownCategory.*did you mean cash-like\?"),
        ([], [minimum("glod", 5)], r"UnknownCardProduct.*minimums: .*'glod'; did you mean gold\?"),
        ([], [minimum("gold", 5), minimum("gold", 6)], r"RepeatedMinimum.*gold has 2 minimums; one is allowed"),
        ([], [minimum("gold", 0)], r"InvalidRequest.*minor_units"),
        (["*"], [], r"InvalidRequest.*excluded_categories"),
    ],
)
def test_rules_for_what_there_is_not_are_refused(
    there: World, caller: Caller, excluded: list[str], minimums: list[dict[str, Any]], reason: str
):
    before = there.tables.all(STORE)
    with pytest.raises(RefusedCall, match=reason):
        put(caller, JUNE, *excluded, minimums=minimums)
    assert there.tables.all(STORE) == before
