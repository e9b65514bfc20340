"""Which changes of a contract are let through. The verdicts follow the compatibility types of schema registries.

An event must be FULL, a request BACKWARD, a response FORWARD compatible in the sense of Confluent's Schema Registry for
JSON Schema. `ELSEWHERE` has every change of which it says something else, and why; `registry.py` is its definition.
"""

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from pbckit.contracts import catalogue
from pbckit.contracts.compatibility import Typed, breaks, unreadable
from tests.contracts.registry import allows

Schema = dict[str, Any]
Edit = Callable[[Schema], object]

THING: Schema = {
    "type": "object",
    "required": ["id", "points", "kind"],
    "properties": {
        "id": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 40},
        "points": {"type": "integer", "minimum": 0, "maximum": 100},
        "kind": {"enum": ["base", "bonus"]},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "lines": {"type": "array", "items": {"$ref": "#/definitions/Line"}, "maxItems": 10},
        "at": {"type": "string", "format": "date-time"},
    },
}
LINE: Schema = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}


def event(thing: Schema, line: Schema) -> Schema:
    definitions = {"Thing": thing, "Line": line, "Meta": {"type": "object", "properties": {}}}
    parts = {"metadata": {"$ref": "#/definitions/Meta"}, "data": {"$ref": "#/definitions/Thing"}}
    return {"properties": parts, "type": "object", "required": ["metadata", "data"], "definitions": definitions}


def call(request: Schema, response: Schema, line: Schema) -> Schema:
    definitions = {"Ask": {**request, "additionalProperties": False}, "Answer": response, "Line": line}
    parts = {"request": {"$ref": "#/definitions/Ask"}, "response": {"$ref": "#/definitions/Answer"}}
    return {"properties": parts, "type": "object", "definitions": definitions, "x-callers": ["a", "b"]}


def add(name: str, schema: Schema, *, required: bool = False) -> Edit:
    def edit(thing: Schema) -> None:
        thing["properties"][name] = schema
        thing["required"] += [name] if required else []

    return edit


def remove(name: str) -> Edit:
    def edit(thing: Schema) -> None:
        del thing["properties"][name]
        thing["required"] = [one for one in thing["required"] if one != name]

    return edit


def change(name: str, **keywords: Any) -> Edit:
    """Set keywords of a field; None takes one away."""

    def edit(thing: Schema) -> None:
        field = {**thing["properties"][name], **keywords}
        thing["properties"][name] = {key: value for key, value in field.items() if value is not None}

    return edit


def rename(name: str, new: str) -> Edit:
    def edit(thing: Schema) -> None:
        thing["properties"][new] = thing["properties"].pop(name)
        thing["required"] = [new if one == name else one for one in thing["required"]]

    return edit


def require(name: str) -> Edit:
    return lambda thing: thing["required"].append(name)


def relax(name: str) -> Edit:
    return lambda thing: thing["required"].remove(name)


TEXT: Schema = {"type": "string"}
CHANGES: dict[str, tuple[Edit, tuple[bool, bool, bool]]] = {
    # what is changed: (the edit, (an event may, a request may, a response may))
    "nothing": (lambda _: None, (True, True, True)),
    "a description": (change("points", description="more words"), (True, True, True)),
    "an optional field added": (add("extra", TEXT), (True, True, True)),
    "an optional field of a new type added": (add("extra", {"type": "array", "items": TEXT}), (True, True, True)),
    "a required field added": (add("extra", TEXT, required=True), (False, False, True)),
    "an optional field removed": (remove("at"), (False, False, False)),
    "a required field removed": (remove("points"), (False, False, False)),
    "a required field renamed": (rename("points", "amount"), (False, False, False)),
    "an optional field renamed": (rename("at", "when"), (False, False, False)),
    "an optional field made required": (require("at"), (False, False, True)),
    "a required field made optional": (relax("points"), (False, True, False)),
    "an integer retyped to text": (change("points", type="string"), (False, False, False)),
    "an integer widened to a number": (change("points", type="number"), (False, True, False)),
    "text made nullable": (change("id", type=["string", "null"]), (False, True, False)),
    "a nullable no longer nullable": (change("note", anyOf=None, type="string"), (False, False, True)),
    "a maximum raised": (change("points", maximum=1000), (False, True, False)),
    "a maximum lowered": (change("points", maximum=10), (False, False, True)),
    "a maximum taken away": (change("points", maximum=None), (False, True, False)),
    "a minimum lowered": (change("points", minimum=-5), (False, True, False)),
    "a minimum raised": (change("points", minimum=5), (False, False, True)),
    "a longest text lengthened": (change("id", maxLength=80), (False, True, False)),
    "a longest text shortened": (change("id", maxLength=20), (False, False, True)),
    "a pattern changed": (change("id", pattern="^[a-z0-9]+$"), (False, False, False)),
    "a pattern taken away": (change("id", pattern=None), (False, True, False)),
    "a pattern added": (change("note", anyOf=None, type="string", pattern="^x"), (False, False, True)),
    "a format taken away": (change("at", format=None), (False, True, False)),
    "a value added to a list": (change("kind", enum=["base", "bonus", "gift"]), (False, True, False)),
    "a value taken from a list": (change("kind", enum=["base"]), (False, False, True)),
    "a list opened to any text": (change("kind", enum=None, type="string"), (False, True, False)),
    "a list lengthened": (change("lines", maxItems=20), (False, True, False)),
    "an element retyped": (change("lines", items={"type": "integer"}), (False, False, False)),
    "a default changed": (change("note", default="none"), (True, True, True)),
}


GONE = "the registry lets a field in an open object come and go; a reader that needs it, or uses it, does not find it"
ELSEWHERE: dict[str, tuple[tuple[bool, bool, bool], str]] = {
    # what is changed: (what the registry lets through, why it is otherwise here)
    "a required field added": ((True, False, True), GONE),
    "an optional field removed": ((True, False, True), GONE),
    "a required field removed": ((True, False, True), GONE),
    "a required field renamed": ((True, False, True), GONE),
    "an optional field renamed": ((True, False, True), GONE),
    "a format taken away": (
        (True, True, True),
        "the registry compares no formats; a reader decodes a date and fails on any other text",
    ),
    "a list opened to any text": (
        (False, False, False),
        "a list and text are two types to the registry; each value of the list is text, so older requests stay valid",
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_has_its_verdict(name):
    edit, expected = CHANGES[name]
    thing = copy.deepcopy(THING)
    edit(thing)
    verdicts = (
        not found(event(THING, LINE), event(thing, LINE)),
        not found(call(THING, LINE, LINE), call(thing, LINE, LINE)),
        not found(call(LINE, THING, LINE), call(LINE, thing, LINE)),
    )
    assert verdicts == expected


@pytest.mark.parametrize("name", CHANGES)
def test_a_verdict_is_that_of_the_registry_or_it_is_said_why_not(name):
    edit, ours = CHANGES[name]
    thing = copy.deepcopy(THING)
    edit(thing)
    verdicts = (
        allows(THING, thing, "FULL", closed=False),
        allows(THING, thing, "BACKWARD", closed=True),
        allows(THING, thing, "FORWARD", closed=False),
    )
    published, why = ELSEWHERE.get(name, (ours, "the same"))
    assert verdicts == published
    assert (verdicts == ours) == (why == "the same")


def test_the_documented_table_is_this_one():
    page = (Path(__file__).parents[2] / "docs" / "contracts.md").read_text()
    shown = [line for line in page.splitlines() if line.startswith("| ") and line.count("|") == 6]
    assert shown[1:] == [documented(name) for name in CHANGES]
    assert all(why in page for _, why in ELSEWHERE.values())


def documented(name: str) -> str:
    """A row of the table: what is let through, and what the registry says where that is something else."""
    ours = CHANGES[name][1]
    published = ELSEWHERE.get(name, (ours, ""))[0]
    words = ["yes" if verdict else "no" for verdict in ours]
    elsewhere = ["yes" if verdict else "no" for verdict in published]
    return f"| {name} | {' | '.join(words)} | {', '.join(elsewhere) if elsewhere != words else 'the same'} |"


def found(before: Schema, after: Schema) -> list[str]:
    return [one.reason for one in breaks({"u.C.json": json.dumps(before)}, {"u.C.json": json.dumps(after)})]


def test_there_are_enough_changes_to_speak_of_a_table():
    assert len(CHANGES) >= 25


def test_a_change_of_a_shared_part_is_seen_where_it_is_used():
    line = {**LINE, "required": ["text", "points"]}
    [break_] = breaks({"u.C.json": json.dumps(event(THING, LINE))}, {"u.C.json": json.dumps(event(THING, line))})
    assert (break_.contract, break_.path) == ("u.C", "data.lines.[].points")
    assert break_.reason == "an event from the archive: needs it"


def test_a_contract_that_is_gone_breaks_and_a_new_one_beside_it_does_not():
    old = {"u.C.json": json.dumps(event(THING, LINE))}
    new = {"u.C2.json": json.dumps(event(LINE, LINE))}
    assert breaks(old, {**old, **new}) == []
    [gone] = breaks(old, new)
    assert "is gone" in gone.reason


def test_a_caller_that_is_no_longer_named_breaks():
    before, after = call(LINE, LINE, LINE), {**call(LINE, LINE, LINE), "x-callers": ["b", "c"]}
    assert found(before, after) == ["a may not call it any more"]


def test_the_contracts_as_they_are_break_nothing():
    assert breaks(catalogue.schemas(), catalogue.schemas()) == []


scalars: st.SearchStrategy[Schema] = st.one_of(
    st.builds(
        lambda low, size: {"type": "integer", "minimum": low, "maximum": low + size},
        st.integers(-2, 2),
        st.integers(0, 3),
    ),
    st.builds(
        lambda low, size: {"type": "string", "minLength": low, "maxLength": low + size},
        st.integers(0, 2),
        st.integers(0, 2),
    ),
    st.sampled_from(
        [{"type": "null"}, {"type": "boolean"}, {"type": "number"}, {"type": "string", "pattern": "^a"}, {}]
    ),
    st.lists(st.sampled_from(["a", "b", 1, None, True]), min_size=1, unique_by=repr).map(
        lambda listed: {"enum": listed}
    ),
)


def objects(inner: st.SearchStrategy[Schema]) -> st.SearchStrategy[Schema]:
    return st.builds(
        lambda fields, required, others: {
            "type": "object",
            "properties": fields,
            "required": sorted(set(fields) & required) or ["p"],
            **({} if others is None else {"additionalProperties": others}),
        },
        st.dictionaries(st.sampled_from("pqr"), inner, max_size=3),
        st.sets(st.sampled_from("pqr")),
        st.sampled_from([None, False]),
    )


schemas = st.recursive(
    scalars,
    lambda inner: st.one_of(
        objects(inner),
        inner.map(lambda items: {"type": "array", "items": items, "maxItems": 2}),
        st.lists(inner, min_size=1, max_size=2).map(lambda several: {"anyOf": several}),
    ),
    max_leaves=4,
)
VALUES: list[Any] = [
    None,
    True,
    False,
    -3,
    -1,
    0,
    1,
    2,
    4,
    0.5,
    "",
    "a",
    "b",
    "ab",
    "bbb",
    "aaaaa",
    [],
    [1],
    ["a"],
    [None, 2],
]
VALUES += [
    {},
    {"p": 1},
    {"p": "a"},
    {"q": None},
    {"p": 0, "q": "ab"},
    {"p": {"p": 1}},
    {"p": [1], "r": True},
    {"p": None},
]


@given(schemas, schemas)
@settings(max_examples=400)
def test_what_is_called_readable_is_read(writer, reader):
    """Whatever is valid for the writer, and has no field that it does not declare, is valid for the reader."""
    if list(unreadable(Typed(writer, {}), Typed(reader, {}))):
        return
    for value in VALUES:
        if Draft4Validator(closed(writer)).is_valid(value):
            assert Draft4Validator(reader).is_valid(value), value


def closed(schema: Any) -> Any:
    """The schema for which a field that is not declared is an error: what a writer sends."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {**{key: closed(value) if key != "enum" else value for key, value in schema.items()}} | (
        {"additionalProperties": False} if "properties" in schema else {}
    )


def test_a_break_says_where_and_what():
    thing = copy.deepcopy(THING)
    change("points", maximum=1000)(thing)
    [one] = breaks({"u.C.json": json.dumps(event(THING, LINE))}, {"u.C.json": json.dumps(event(thing, LINE))})
    assert one.path == "data.points"
    assert re.fullmatch("an older consumer: expects maximum 100, not 1000", one.reason)
