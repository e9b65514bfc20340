"""Every merchant category code has a category, and what is in no list has none."""

import json
import re
from datetime import UTC, datetime

import iso18245
import pytest

from contracts.merchant_categorization import (
    CATEGORIES,
    UNCATEGORIZED,
    Categorization,
    MerchantOverride,
    UnknownCategory,
    require_categories,
)
from lambdas.merchant_categorization import model

EVERY_STRING_OF_FOUR_DIGITS = [f"{number:04d}" for number in range(10_000)]


@pytest.fixture(scope="module")
def listed() -> frozenset[str]:
    """Every code of the standard's lists."""
    return frozenset(one.mcc for one in iso18245.get_all_mccs())


def override(category: str | None) -> MerchantOverride:
    return MerchantOverride(
        merchant_id="shop-1",
        category=category,
        reason="said so",
        changed_by="ada",
        changed_at=datetime(2026, 6, 1, tzinfo=UTC),
        version=1,
    )


def table() -> dict[str, dict[str, list[str]]]:
    return json.loads(model._TABLE.read_text())


BRANDS = {"airlines": (3000, 3350), "car-rental": (3351, 3500), "lodging": (3501, 3999)}


def known(listed: frozenset[str]) -> frozenset[str]:
    """Codes that a merchant can have: the listed ones, and all in the ranges for brands."""
    return listed | {mcc for mcc in EVERY_STRING_OF_FOUR_DIGITS if "3000" <= mcc <= "3999"}


def test_every_listed_code_and_every_code_of_a_brand_has_a_category_and_no_other_has(listed: frozenset[str]):
    categorized = {mcc for mcc in EVERY_STRING_OF_FOUR_DIGITS if model.category_of(mcc) is not None}
    assert categorized == known(listed)


@pytest.mark.parametrize("category", BRANDS)
def test_every_code_of_a_range_for_brands_has_its_category(category: str):
    first, last = BRANDS[category]
    assert {model.category_of(f"{number:04d}") for number in range(first, last + 1)} == {category}


def test_no_code_between_the_named_ones_falls_to_other(listed: frozenset[str]):
    """`other` is for what the standard lists behind government services: nothing else."""
    others = {mcc for mcc in listed if model.category_of(mcc) == "other"}
    assert others == {"9700", "9701", "9702", "9950"}


def test_every_code_gets_an_answer(listed: frozenset[str]):
    answers = {mcc: model.categorize(mcc, None) for mcc in EVERY_STRING_OF_FOUR_DIGITS}
    assert {answer.basis for mcc, answer in answers.items() if mcc in known(listed)} == {"mcc"}
    unknown = Categorization(category="uncategorized", basis="unknown-mcc")
    assert {(answer.category, answer.basis) for mcc, answer in answers.items() if mcc not in known(listed)} == {
        (unknown.category, unknown.basis)
    }


@pytest.mark.parametrize(
    ("mcc", "category"),
    [
        ("0742", "pets"),
        ("3000", "airlines"),
        ("3301", "airlines"),
        ("3351", "car-rental"),
        ("3441", "car-rental"),
        ("3501", "lodging"),
        ("4111", "transit"),
        ("4829", "cash-like"),
        ("5411", "groceries"),
        ("5541", "fuel"),
        ("5732", "electronics"),
        ("5812", "restaurants"),
        ("5912", "drugstores"),
        ("6051", "cash-like"),
        ("7011", "lodging"),
        ("7512", "car-rental"),
        ("7995", "cash-like"),
        ("8062", "health"),
        ("8220", "education"),
        ("9311", "government"),
        ("9405", "government"),
        ("3303", "airlines"),
        ("3499", "car-rental"),
        ("3999", "lodging"),
    ],
)
def test_codes_that_a_programme_depends_on(mcc: str, category: str):
    assert model.category_of(mcc) == category


def test_brands_with_a_code_of_their_own_are_what_their_name_says():
    """Airlines, car rentals and hotel chains have codes from 3000 on; their names say which is which."""
    said = {"RENT": "car-rental", "AIRLINES": "airlines", "HOTELS": "lodging"}
    wrong = [
        (listed.mcc, listed.visa_description)
        for listed in iso18245.get_all_mccs_in_range("3000", "3999")
        for word, category in said.items()
        if word in listed.visa_description.upper() and model.category_of(listed.mcc) != category
    ]
    assert wrong == []


def test_a_single_code_in_the_table_is_one_that_exists(listed: frozenset[str]):
    """A code that is in no list would never answer: most likely it is a slip of the pen."""
    named = [span for spans in table()["codes"].values() for span in spans if "-" not in span]
    assert [mcc for mcc in named if mcc not in listed] == []


def test_no_category_of_the_table_is_empty(listed: frozenset[str]):
    categories = {category for level in table().values() for category in level}
    assert categories == {model.category_of(mcc) for mcc in listed}


@pytest.mark.parametrize(
    "spans",
    [{"food": ["5811-5814"], "bars": ["5813"]}, {"food": ["5811-5814", "5814"]}, {"a": ["0742"], "b": ["0742"]}],
)
def test_an_overlap_is_refused(spans: dict[str, list[str]]):
    with pytest.raises(model.OverlappingCategories, match=r"^\d{4} is in"):
        model.parse(spans)


def test_spans_include_their_ends_and_keep_leading_zeros():
    assert model.parse({"vets": ["0742"], "farms": ["0998-1000"]}) == {
        "0742": "vets",
        "0998": "farms",
        "0999": "farms",
        "1000": "farms",
    }


def test_an_override_wins_over_the_code():
    assert model.categorize("5812", override("fuel")) == Categorization(category="fuel", basis="override")
    assert model.categorize("2999", override("fuel")).basis == "override"


def test_an_override_that_was_taken_back_does_not_count():
    assert model.categorize("5812", override(None)) == Categorization(category="restaurants", basis="mcc")


def test_the_contract_names_every_category_of_the_table_and_no_other():
    assert set(CATEGORIES) == {category for level in table().values() for category in level} | {UNCATEGORIZED}
    assert list(CATEGORIES) == sorted(CATEGORIES)


@pytest.mark.parametrize("category", [*CATEGORIES, "*"])
def test_every_category_passes(category: str):
    require_categories([category], "rate")


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("resturants", "did you mean restaurants?"),
        ("restaurant", "did you mean restaurants?"),
        ("grocery", "did you mean groceries?"),
        ("airline", "did you mean airlines?"),
        ("lodgings", "did you mean lodging?"),
        ("fule", "did you mean fuel?"),
        ("telcom", "did you mean telecom?"),
        ("cashlike", "did you mean cash-like?"),
        ("helth", "did you mean health?"),
        ("uncategorised", "did you mean uncategorized?"),
        ("qqqq", "allowed are airlines, beauty, "),
    ],
)
def test_a_name_that_no_category_has_is_refused_with_the_nearest(name: str, suggestion: str):
    with pytest.raises(
        UnknownCategory, match=rf"^rate of gold: no category is called '{name}'; {re.escape(suggestion)}"
    ):
        require_categories(["fuel", name], "rate of gold")
