"""Overrides: set, listed, taken back, audited, told."""

import pytest

from contracts.merchant_categorization import (
    CATEGORIZE,
    LIST_OVERRIDES,
    OVERRIDE_HISTORY,
    SET_OVERRIDE,
    Categorization,
    MerchantOverride,
    MerchantOverrides,
)
from lambdas.merchant_categorization import categorize, list_overrides, override_history, set_override
from pbckit.runtime.ports import TransactionConflict
from pbckit.runtime.unit_of_work import StillContended
from pbckit.testing.calls import CORRELATION, Caller, RefusedCall
from pbckit.testing.world import STORE, World, world

SHOP = "shop-1"


@pytest.fixture
def there() -> World:
    return world("merchant-categorization")


@pytest.fixture
def caller(there: World) -> Caller:
    return Caller(there)


def category_of(caller: Caller, mcc: str = "5812") -> Categorization:
    merchant = {"id": SHOP, "name": "Bistro", "mcc": mcc, "country": "DE"}
    return caller.ask(categorize.handler, CATEGORIZE, merchant=merchant)


def set_to(caller: Caller, category: str | None, merchant_id: str = SHOP) -> MerchantOverride:
    request = {"merchant_id": merchant_id, "category": category, "reason": "said so"}
    return caller.ask(set_override.handler, SET_OVERRIDE, **request)


def listed(caller: Caller, **request: object) -> MerchantOverrides:
    return caller.ask(list_overrides.handler, LIST_OVERRIDES, **request)


def test_without_an_override_the_code_decides(caller: Caller):
    assert category_of(caller) == Categorization(category="restaurants", basis="mcc")
    assert category_of(caller, "2999") == Categorization(category="uncategorized", basis="unknown-mcc")


def test_an_override_decides_from_now_on_and_says_who_set_it(caller: Caller):
    answer = set_to(caller, "fuel")
    assert (answer.category, answer.changed_by, answer.version) == ("fuel", "ada", 1)
    assert category_of(caller) == Categorization(category="fuel", basis="override")


def test_taken_back_the_code_decides_again_and_it_is_listed_no_more(caller: Caller):
    set_to(caller, "fuel")
    assert set_to(caller, None).version == 2
    assert category_of(caller).basis == "mcc"
    assert listed(caller).overrides == []


def test_set_again_after_it_was_taken_back_the_version_counts_on(caller: Caller):
    for version, category in enumerate(["fuel", None, "travel"], start=1):
        assert set_to(caller, category).version == version
    assert [(one.category, one.version) for one in listed(caller).overrides] == [("travel", 3)]


def test_every_change_is_kept_with_who_when_before_and_after(there: World, caller: Caller):
    set_to(caller, "fuel")
    set_to(Caller(there, actor="grace"), "travel")
    first, second = [item for item in there.tables.all(STORE) if item["sk"].startswith("change#")]
    assert (first["before"], first["category"], first["changed_by"]) == (None, "fuel", "ada")
    assert (second["before"]["category"], second["category"], second["changed_by"]) == ("fuel", "travel", "grace")
    assert first["changed_at"] < second["changed_at"]


def test_every_change_is_told_with_before_and_after_in_sequence(there: World, caller: Caller):
    set_to(caller, "fuel")
    set_to(caller, None)
    first, second = caller.published()
    assert (first["type"], first["source"]) == ("MerchantRecategorized", "merchant-categorization")
    assert [(one["metadata"]["aggregate_id"], one["metadata"]["sequence"]) for one in (first, second)] == [
        (SHOP, 1),
        (SHOP, 2),
    ]
    assert first["metadata"]["correlation_id"] == CORRELATION
    assert (first["data"]["category_before"], first["data"]["category"]) == (None, "fuel")
    assert (second["data"]["category_before"], second["data"]["category"]) == ("fuel", None)


def test_state_and_event_are_committed_together_or_not_at_all(there: World, caller: Caller):
    there.tables.conflicts = 1_000
    with pytest.raises(TransactionConflict):
        set_to(caller, "fuel")
    assert there.tables.all(STORE) == []
    assert caller.published() == []


def test_two_operators_at_once_both_are_kept_one_after_the_other(there: World, caller: Caller):
    there.tables.before_transaction = lambda: set_to(Caller(there, actor="grace"), "travel")
    answer = set_to(caller, "fuel")
    assert answer.version == 2
    assert [(one["data"]["category_before"], one["data"]["category"]) for one in caller.published()] == [
        (None, "travel"),
        ("travel", "fuel"),
    ]


def test_it_gives_up_when_others_are_faster_every_time(there: World, caller: Caller):
    def faster() -> None:
        set_to(Caller(there, actor="grace"), "travel")
        there.tables.before_transaction = faster

    there.tables.before_transaction = faster
    with pytest.raises(StillContended):
        set_to(caller, "fuel")
    assert category_of(caller).category == "travel"


def test_overrides_are_listed_by_merchant_a_page_at_a_time(caller: Caller):
    for number in (3, 1, 2):
        set_to(caller, "fuel", f"shop-{number}")
    first = listed(caller, limit=2)
    second = listed(caller, limit=2, after=first.next)
    assert [one.merchant_id for page in (first, second) for one in page.overrides] == ["shop-1", "shop-2", "shop-3"]
    assert second.next is None


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        ({"merchant_id": SHOP, "category": "Fuel Stations", "reason": "x"}, r"category"),
        ({"merchant_id": "", "category": "fuel", "reason": "x"}, r"merchant_id"),
        ({"merchant_id": SHOP, "category": "fuel", "reason": ""}, r"reason"),
        ({"merchant_id": SHOP, "reason": "x"}, "category"),
        ({"merchant_id": SHOP, "category": "fuel", "reason": "x", "catgory": "y"}, "catgory"),
    ],
)
def test_a_request_outside_its_schema_is_refused_by_field(caller: Caller, request_: dict[str, object], field: str):
    with pytest.raises(RefusedCall, match=rf"InvalidRequest.*[: `.]{field}"):
        caller.ask(set_override.handler, SET_OVERRIDE, **request_)


def test_a_code_of_three_digits_is_refused(caller: Caller):
    with pytest.raises(RefusedCall, match=r"InvalidRequest.*: merchant\.mcc"):
        category_of(caller, "742")


def test_every_change_can_be_read_back(there: World, caller: Caller):
    first = set_to(caller, "fuel")
    second = set_to(Caller(there, actor="bob"), None)
    set_to(caller, "fuel", "shop-2")
    changes = caller.ask(override_history.handler, OVERRIDE_HISTORY, merchant_id=SHOP).changes

    assert [(change.before, change.after) for change in changes] == [(None, first), (first, second)]
    assert [change.after.changed_by for change in changes] == ["ada", "bob"]


def test_a_merchant_of_which_nothing_was_said_has_no_changes(caller: Caller):
    assert caller.ask(override_history.handler, OVERRIDE_HISTORY, merchant_id=SHOP).changes == []


def test_a_category_that_there_is_not_is_refused_with_the_nearest_one(there: World, caller: Caller):
    request_ = {"merchant_id": "shop-1", "category": "resturants", "reason": "x"}
    with pytest.raises(RefusedCall, match=r"UnknownCategory.*merchant shop-1: .*did you mean restaurants\?"):
        caller.ask(set_override.handler, SET_OVERRIDE, **request_)
    assert there.tables.all(STORE) == []
