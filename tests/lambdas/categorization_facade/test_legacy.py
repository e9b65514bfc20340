"""The adapter: what the monolith is asked, and what its answers mean. What is none is a failure with its reason."""

import json

import msgspec
import pytest

from contracts.merchant_categorization import Categorization
from facades.categorization_facade.legacy_monolith.service import RANGES
from lambdas.categorization_facade import legacy
from lambdas.categorization_facade.definition import migrating
from lambdas.merchant_categorization import model
from pbckit.strangler.sides import SideFailed, timed
from tests.pbckit.strangler.samples import ScriptedSide, request


def says(**answer: object) -> bytes:
    return json.dumps({"rc": 0, "msg": "", **answer}).encode()


def test_it_is_asked_in_its_own_words():
    side = ScriptedSide(says=lambda _payload: says(cat="BGD", man="N"))
    legacy.ask(side, request("Shop-1", "0742"))
    assert json.loads(side.asked[0]) == {"op": "CLASSIFY", "shop": "Shop-1", "mcc": 742, "src": "FACADE"}


@pytest.mark.parametrize(
    ("answer", "category", "basis"),
    [
        (says(cat="GRO", man="N"), "groceries", "mcc"),
        (says(cat="FFD", man="N"), "restaurants", "mcc"),
        (says(cat="ENT", man="Y"), "entertainment", "override"),
        (says(rc=4, msg="MCC 2999"), "uncategorized", "unknown-mcc"),
    ],
)
def test_its_answers_are_given_in_ours(answer: bytes, category: str, basis: str):
    wanted = msgspec.convert({"category": category, "basis": basis}, Categorization)
    assert legacy.translated(answer) == wanted


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "outside its schema"),
        (b"<html>502</html>", "outside its schema"),
        (b"[]", "outside its schema"),
        (b"{}", "missing required field `rc`"),
        (says(rc="0", cat="GRO"), "Expected `int`"),
        (says(), "category None"),
        (says(cat="groceries"), "outside its schema"),
        (says(cat="XYZ"), "category 'XYZ'"),
        (says(cat="GRO", man="MAYBE"), "outside its schema"),
        (says(rc=2, msg="FIELD 'shop'"), "rc 2: FIELD 'shop'"),
        (says(rc=9, msg="OP"), "rc 9"),
    ],
)
def test_what_is_no_answer_is_a_failure_with_its_reason(body: bytes, why: str):
    side = ScriptedSide(says=lambda _payload: body)
    answered = timed(lambda: legacy.ask(side, request()))
    assert answered.answer is None
    assert why in (answered.error or "")


def test_every_code_of_the_monolith_has_a_category_that_exists():
    known = {category for file in ("codes", "ranges") for category in json.loads(_table())[file]}
    assert {code for _, _, code in RANGES} <= set(legacy.codes())
    assert set(legacy.codes().values()) <= known


def _table() -> str:
    return (model._TABLE).read_text()


def test_every_ignore_rule_gives_a_reason_and_names_who_decided():
    rules = migrating().rules
    assert rules
    assert all(rule.reason and rule.owner for rule in rules)
    assert len({rule.id for rule in rules}) == len(rules)


@pytest.mark.parametrize("mcc", ["0742", "5995", "8888"])
def test_the_differences_that_are_ignored_are_real(mcc: str):
    """A rule that explains nothing any more is taken out."""
    ours = model.categorize(mcc, None)
    code = next(code for first, last, code in RANGES if first <= int(mcc) <= last)
    theirs = Categorization(category=legacy.codes()[code], basis="mcc")
    rules = [rule for rule in migrating().rules if rule.request["mcc"] == [mcc]]
    assert any(theirs.category in rule.legacy and ours.category in rule.candidate for rule in rules)


def test_the_plans_are_there_and_only_ever_move_forward():
    plans = migrating().plans
    assert set(plans) == {"standard", "rehearsal"}
    for plan in plans.values():
        assert [step.share for step in plan.steps] == [0, 1, 5, 25, 50, 100]
        assert plan.steps[0].mode == "shadow"
        assert plan.steps[-1].mode == "new"


def test_the_message_of_a_failure_is_what_was_wrong():
    with pytest.raises(SideFailed, match="rc 2"):
        legacy.translated(says(rc=2))
