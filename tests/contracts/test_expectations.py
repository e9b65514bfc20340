"""What consumers expect is what contracts say: the producer's end, which knows nothing of the consumers' code."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pbckit.contracts import catalogue
from pbckit.contracts.expectations import Expectation, expectations, expected, told_at

CONTRACTS = catalogue.contract_names()
EXPECTED = expected(CONTRACTS)
POSTED = "points-calculation.PointsCalculated"
Edit = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize("expectation", EXPECTED, ids=lambda one: f"{one.contract}-{one.consumer}")
def test_a_unit_tells_what_is_expected(expectation: Expectation):
    assert expectation.missed(catalogue.schemas()[f"{expectation.contract}.json"]) == []


def schema(definitions: str, edit: Edit) -> str:
    document = copy.deepcopy(json.loads(catalogue.schemas()[f"{POSTED}.json"]))
    edit(document["definitions"][definitions])
    return json.dumps(document)


def drop(name: str) -> Edit:
    def edit(thing: dict[str, Any]) -> None:
        del thing["properties"][name]
        thing["required"].remove(name)

    return edit


def rename(name: str) -> Edit:
    def edit(thing: dict[str, Any]) -> None:
        thing["properties"][f"{name}_"] = thing["properties"].pop(name)
        thing["required"] = [f"{name}_" if one == name else one for one in thing["required"]]

    return edit


def set_(name: str, **keywords: Any) -> Edit:
    return lambda thing: thing["properties"].update({name: keywords})


REPORTED_POSTINGS = Expectation(
    "points-ledger",
    POSTED,
    {
        "data.points": {"type": "integer", "minimum": 0},
        "data.lines.[].text": {"type": "string"},
        "data.lines.[].kind": {"enum": ["base", "campaign"]},
        "data.lines.[].capped_by": {"type": ["string", "null"], "optional": True},
    },
)
BREAKS: dict[str, tuple[str, Edit, str]] = {
    "dropped": ("PointsCalculated", drop("points"), "points: there is no data.points"),
    "renamed": ("PointsCalculated", rename("points"), "points: there is no data.points"),
    "retyped": ("PointsCalculated", set_("points", type="string"), "points: expects integer, not string"),
    "widened": ("PointsCalculated", set_("points", type="integer"), "points: expects minimum 0, not any"),
    "made optional": ("PointsCalculated", lambda one: one["required"].remove("points"), "points: it may be missing"),
    "made nullable": ("Line", set_("text", type=["string", "null"]), "text: expects string, not null"),
    "narrowed": ("Line", set_("kind", enum=["base"]), 'kind: never says "campaign" any more'),
    "dropped on the way": ("PointsCalculated", drop("lines"), "text: there is no data.lines"),
    "made optional on the way": (
        "PointsCalculated",
        lambda one: one["required"].remove("lines"),
        "text: it may be missing",
    ),
    "told with another value": ("Line", set_("kind", enum=["base", "campaign", "gift"]), 'kind: does not know "gift"'),
}


@pytest.mark.parametrize("change", BREAKS)
def test_what_is_missed_is_told_with_consumer_field_and_contract(change: str):
    definition, edit, told = BREAKS[change]
    assert REPORTED_POSTINGS.missed(schema(definition, lambda _: None)) == []
    missed = REPORTED_POSTINGS.missed(schema(definition, edit))
    assert any(one.startswith(f"{POSTED}: points-ledger reads data.") and one.endswith(told) for one in missed)


@pytest.mark.parametrize(
    ("definition", "edit"),
    [("PointsCalculated", drop("category")), ("Line", set_("colour", type="string")), ("Line", drop("points"))],
    ids=["drops what nobody reads", "adds a field", "drops what nobody reads in a part"],
)
def test_what_nobody_reads_is_not_missed(definition: str, edit: Edit):
    assert REPORTED_POSTINGS.missed(schema(definition, edit)) == []


def test_a_refusal_that_is_never_given_and_a_caller_that_is_not_let_in_are_told():
    rate = json.loads(catalogue.schemas()["earning-rates.rate.json"])
    caller = Expectation("earn-points", "earning-rates.rate", {}, ("NoRate",))
    assert caller.missed(json.dumps(rate)) == []
    [refusal] = caller.missed(json.dumps({**rate, "x-errors": {}}))
    assert refusal == "earning-rates.rate: earn-points tells the refusal NoRate apart: it is never given"
    [callers] = caller.missed(json.dumps({**rate, "x-callers": ["operations"]}))
    assert callers == "earning-rates.rate: earn-points asks it: only operations may"


def test_a_reader_is_found_by_the_field_and_by_what_it_is_in():
    assert REPORTED_POSTINGS.touches("data.points")
    assert REPORTED_POSTINGS.touches("data.lines")
    assert REPORTED_POSTINGS.touches("data.lines.[].text.more")
    assert not REPORTED_POSTINGS.touches("data.category")
    assert not REPORTED_POSTINGS.touches("data.line")
    assert REPORTED_POSTINGS.touches("")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("reads: {cards.PurchaseLost: {data.id: {type: string}}}", "there is no contract cards.PurchaseLost"),
        ("reads: []", "Expected `object`, got `array`"),
        ("read: {}", "unknown field `read`"),
        ("reads: {", "expected (the )?node content"),
    ],
)
def test_a_file_that_is_none_is_told(tmp_path: Path, text: str, told: str):
    (tmp_path / "a-unit.yaml").write_text(text)
    with pytest.raises(ValueError, match=told) as refused:
        expected(CONTRACTS, tmp_path)
    assert str(refused.value).startswith("a-unit.yaml: ")


def test_files_come_in_the_order_of_units_not_of_file_names(tmp_path: Path):
    for unit in ("tiers-2", "tiers"):
        (tmp_path / f"{unit}.yaml").write_text("reads: {}\n")

    assert [unit for unit, _ in expectations(tmp_path)] == ["tiers", "tiers-2"]


def test_a_field_of_any_alternative_is_found_and_not_always_there():
    document = json.loads(catalogue.schemas()["campaigns.unit-admin.json"])
    assert told_at(document, "response.answer.unit")[1] is False
    assert told_at(document, "response.answer")[1] is True
