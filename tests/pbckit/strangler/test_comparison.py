"""What counts as the same, as different, and as different for a reason."""

from pathlib import Path

import msgspec
import pytest

from contracts.merchant_categorization import Categorization
from pbckit.strangler.comparison import IgnoreRule, compare, read_rules
from tests.pbckit.strangler.samples import FUEL, GROCERIES, answered

RULE = IgnoreRule(
    id="fuel-is-new",
    reason="the legacy system has no fuel",
    owner="programme management",
    field="category",
    legacy=["groceries"],
    candidate=["fuel"],
    request={"mcc": ["5541"]},
)
AT_THE_PUMP = {"mcc": "5541"}


def test_the_same_answer_is_the_same():
    assert compare(answered(), answered(milliseconds=900), {}, []).verdict == "same"


def test_a_difference_names_the_field_and_both_values():
    comparison = compare(answered(GROCERIES), answered(FUEL), AT_THE_PUMP, [])
    assert comparison.verdict == "different"
    assert [str(one) for one in comparison.differences] == ["category: groceries → fuel"]


def test_every_field_that_differs_is_named():
    other = Categorization(category="fuel", basis="override")
    comparison = compare(answered(GROCERIES), answered(other), AT_THE_PUMP, [])
    assert [one.field for one in comparison.differences] == ["basis", "category"]


def test_a_field_that_one_side_does_not_have_differs():
    legacy = msgspec.structs.replace(answered(), answer={"category": "groceries"})
    comparison = compare(legacy, answered(), {}, [])
    assert [str(one) for one in comparison.differences] == ["basis: - → mcc"]


def test_a_rule_gives_the_reason_of_what_it_names_exactly():
    comparison = compare(answered(GROCERIES), answered(FUEL), AT_THE_PUMP, [RULE])
    assert (comparison.verdict, comparison.rules, comparison.differences) == ("ignored", ("fuel-is-new",), ())


@pytest.mark.parametrize(
    ("legacy", "candidate", "mcc"),
    [
        (FUEL, GROCERIES, "5541"),
        (GROCERIES, Categorization(category="travel", basis="mcc"), "5541"),
        (GROCERIES, FUEL, "5411"),
    ],
    ids=["other way round", "other value", "other question"],
)
def test_a_rule_gives_no_reason_for_anything_else(legacy: Categorization, candidate: Categorization, mcc: str):
    assert compare(answered(legacy), answered(candidate), {"mcc": mcc}, [RULE]).verdict == "different"


def test_a_rule_for_one_field_does_not_hide_another():
    other = Categorization(category="fuel", basis="override")
    comparison = compare(answered(GROCERIES), answered(other), AT_THE_PUMP, [RULE])
    assert (comparison.verdict, [one.field for one in comparison.differences]) == ("different", ["basis"])


@pytest.mark.parametrize(("legacy", "candidate"), [(None, GROCERIES), (GROCERIES, None), (None, None)])
def test_what_was_not_answered_is_failed_and_no_mismatch(
    legacy: Categorization | None, candidate: Categorization | None
):
    assert compare(answered(legacy), answered(candidate), {}, []).verdict == "failed"


def test_a_rule_without_a_reason_is_refused(tmp_path: Path):
    rule = msgspec.to_builtins(RULE)
    del rule["reason"]
    file = tmp_path / "rules.json"
    file.write_bytes(msgspec.json.encode([rule]))
    with pytest.raises(msgspec.ValidationError, match="missing required field `reason`"):
        read_rules(file)
