"""The pack as a plain function: the real program's graph, exports of all kinds, and unknowns in every place."""

import json
from typing import Any

import pytest

from pbc_isolation.analysis.context import Settings, contracts_folder
from pbc_isolation.engine import judge
from pbc_isolation.rules import every_rule
from pbc_isolation.stack.contract_edges import read_contracts
from pbc_isolation.stack.graph import InvalidExport, from_export, load
from tests.conftest import STACKS, captured
from tests.policies.leaks.changes import concerned
from tests.policies.reading import Reader

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SETTINGS = Settings(capabilities=read_contracts(contracts_folder("../contracts/schemas")))


@pytest.mark.parametrize("stack", [*STACKS, "migration"])
def test_the_system_passes_every_rule(stack):
    found = judge(from_export(captured(stack).export()).resources, SETTINGS)
    assert [violation.text for violation in found] == []


def test_no_rule_is_dead():
    """Every type token that a rule reads stands in the program's own graph, or in that of the provider."""
    types = {resource.type for stack in STACKS for resource in captured(stack).resources}
    for rule in every_rule():
        if rule.types:
            assert set(rule.types) & types, f"{rule.id} reads no type of this program"


@pytest.mark.parametrize(
    "shape", [UNKNOWN, [UNKNOWN], {"a": UNKNOWN}, [{"a": [UNKNOWN]}], f"arn:{UNKNOWN}", None, 7, ""]
)
def test_no_value_in_any_place_breaks_a_rule(shape):
    """Every property of every resource takes each shape: rules may find what they like, but none may raise."""
    body = captured("dev").export()
    for state in body["deployment"]["resources"]:
        if state.get("custom"):
            for side in ("inputs", "outputs"):
                state[side] = dict.fromkeys(state.get(side, {}), shape)
    assert judge(from_export(body).resources, SETTINGS)


def test_each_property_alone_may_be_unknown():
    """One property of each type at a time: no rule raises, and an unknown document is never a pass."""
    body = captured("dev").export()
    states = body["deployment"]["resources"]
    enough = concerned(states)
    types = {one["type"] for one in enough}
    # Of the other units, only what is of a type that these do not have.
    body["deployment"]["resources"] = [*enough, *(one for one in states if one["type"] not in types)]
    reader = Reader(body)
    places = {(one["type"], key): one for one, key in reversed(_places(body))}  # The first of each.
    for (_, key), place in places.items():
        changed = {**place, **{side: {**place.get(side, {}), key: UNKNOWN} for side in ("inputs", "outputs")}}
        states = [changed if one is place else one for one in body["deployment"]["resources"]]
        found = judge(reader.resources({**body, "deployment": {**body["deployment"], "resources": states}}), SETTINGS)
        if key in ("policy", "assumeRolePolicy", "permissionsBoundary", "policyDocument"):
            assert any(one.rule == "isolation-unprovable" for one in found), (place["type"], key)


def _places(body: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    states = body["deployment"]["resources"]
    return [(one, key) for one in states if one.get("custom") for key in one.get("inputs", {})]


_KIND, _SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"


def _with(inputs: dict[str, Any]) -> str:
    state = {"urn": "urn:pulumi:dev::rewards::aws:sqs/queue:Queue::q", "type": "aws:sqs/queue:Queue", "inputs": inputs}
    return json.dumps({"version": 3, "deployment": {"resources": [state]}})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[]", "not an export"),
        ("{}", "version None"),
        ('{"version": 4, "terraform_version": "1.9", "resources": []}', "version 4"),
        ('{"version": 3, "deployment": {}}', "no resources"),
        ('{"version": 3, "deployment": {"resources": [{"urn": "x"}]}}', "without a URN and a type"),
        ('{"version": 3, "deployment": {"resources": [7]}}', "without a URN and a type"),
        (_with({"policy": {_KIND: _SECRET, "sealed": "x"}}), "urn:.* inputs hold a secret in an unknown form"),
        (_with({"policy": {_KIND: "new"}}), "urn:.* inputs hold an object of the unknown kind 'new'"),
        (_with({_KIND: _SECRET, "ciphertext": "x"}), "inputs are not an object"),
    ],
)
def test_what_is_not_an_export_is_refused(tmp_path, content, message):
    path = tmp_path / "export.json"
    path.write_text(content)
    with pytest.raises(InvalidExport, match=message):
        load(path)


def test_a_missing_or_binary_file_is_refused(tmp_path):
    with pytest.raises(InvalidExport, match="No such file"):
        load(tmp_path / "nothing.json")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidExport, match="not text"):
        load(tmp_path / "binary")


def test_an_export_survives_being_written_and_read(tmp_path):
    path = tmp_path / "export.json"
    path.write_text(json.dumps(captured("dev").export()))
    assert {one.urn for one in load(path).resources} == {
        one["urn"]
        for one in captured("dev").export()["deployment"]["resources"]
        if not one["type"].startswith("pulumi:providers:")
    }
