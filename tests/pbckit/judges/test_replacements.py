"""The judge `replacements` fails on each fault of its kind, and passes on the shipped program."""

from typing import Any

import pytest

from pbckit.judges.replacements import JUDGE
from pbckit.sandbox.graph import Graph, Resource
from tests.conftest import captured
from tests.pbckit.updates.graphs import BOX, MAPPING, POLICY, QUEUE, ROLE, ROLE_POLICY, graph, resource


def found(*resources: Resource) -> list[tuple[str, str]]:
    return [(one.resource.rpartition(" ")[2], one.property) for one in JUDGE.judge(graph(*resources))]


def test_the_shipped_program_has_no_findings(graph: Graph):
    assert list(JUDGE.judge(graph)) == []


def test_nor_has_the_migration():
    assert list(JUDGE.judge(captured("migration"))) == []


def test_a_type_without_an_entry():
    assert found(resource("aws:s3/bucket:Bucket", "b", {"bucket": "b"})) == [("b", "")]


def test_an_input_without_an_entry():
    assert found(resource(QUEUE, "q", {"name": "q", "newInput": 1})) == [("q", "newInput")]


@pytest.mark.parametrize(
    ("options", "expected"),
    [({}, [("m", "startingPosition")]), ({"delete_before_replace": True}, [])],
)
def test_a_replacement_that_would_be_made_first(options: dict[str, Any], expected: list[tuple[str, str]]):
    inputs = {"eventSourceArn": "s", "functionName": "f", "startingPosition": "LATEST"}
    assert found(resource(MAPPING, "m", inputs, **options)) == expected


@pytest.mark.parametrize(("ignored", "expected"), [([], [("limit", "description")]), (["description"], [])])
def test_a_boundary_that_a_new_description_would_replace(ignored: list[str], expected: list[tuple[str, str]]):
    inputs = {"name": "l", "description": "d", "policy": "{}"}
    assert found(resource(POLICY, "limit", inputs, ignore_changes=ignored)) == expected


def test_a_policy_that_is_not_replaced_with_its_role():
    role = resource(ROLE, "role", {"name": "r"})
    inputs = {"name": "p", "role": "r", "policy": "{}"}
    assert found(role, resource(ROLE_POLICY, "p", inputs)) == [("p", "role")]
    assert found(role, resource(ROLE_POLICY, "p", inputs, uses={"role": role})) == []
    assert found(role, resource(ROLE_POLICY, "p", inputs, replace_with=[role.urn])) == []


def test_what_belongs_to_something_of_another_stack_is_left_alone():
    assert found(resource(BOX, "box"), resource(ROLE_POLICY, "p", {"name": "p", "role": "r", "policy": "{}"})) == []
