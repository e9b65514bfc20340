"""A plan follows the rules of Pulumi's step generator, one at a time."""

from dataclasses import replace
from typing import Any

import pytest

from pbckit.sandbox.graph import UNKNOWN, Graph, Resource
from pbckit.updates.plan import Plan, plan
from pbckit.updates.resource_types import UnknownResourceType
from tests.pbckit.updates.graphs import (
    ALIAS,
    BOX,
    FUNCTION,
    LAYER,
    MAPPING,
    QUEUE,
    ROLE,
    ROLE_POLICY,
    TABLE,
    function_with_alias,
    graph,
    resource,
)


def steps(before: Graph, after: Graph) -> list[tuple[str, str]]:
    """Kind and name of each step; `replace first` where the old one is deleted first."""
    return told(plan(before, after))


def told(found: Plan) -> list[tuple[str, str]]:
    return [(f"{one.kind} first" if one.delete_first else one.kind, one.resource.name) for one in found.steps]


def queue(name: str = "jobs", **inputs: Any) -> Resource:
    return resource(QUEUE, name, {"name": f"tiny-{name}", **inputs})


def test_what_is_the_same_has_no_step():
    found = plan(graph(queue()), graph(queue()))
    assert (found.steps, found.unchanged) == ([], 1)


def test_what_is_new_is_created_and_what_is_gone_is_deleted_at_the_end():
    assert steps(graph(queue("a")), graph(queue("b"))) == [("create", "b"), ("delete", "a")]


def test_what_others_depend_on_is_deleted_after_them():
    role = resource(ROLE, "role", {"name": "r"})
    policy = resource(ROLE_POLICY, "policy", {"name": "p", "role": "r"}, uses={"role": role})
    assert steps(graph(role, policy), graph()) == [("delete", "policy"), ("delete", "role")]


def test_an_input_that_aws_can_change_is_updated():
    found = plan(graph(queue()), graph(queue(messageRetentionSeconds=60)))
    assert told(found) == [("update", "jobs")]
    assert found.steps[0].changed == ("messageRetentionSeconds",)


def test_an_input_that_is_ignored_changes_nothing():
    after = replace(queue(messageRetentionSeconds=60), ignore_changes=["messageRetentionSeconds"])
    assert steps(graph(queue()), graph(after)) == []


def test_what_was_given_its_name_is_deleted_before_it_is_replaced():
    before, after = (graph(resource(TABLE, "t", {"name": "t", "hashKey": key})) for key in ("pk", "id"))
    found = plan(before, after)
    assert told(found) == [("replace first", "t")]
    assert found.steps[0].because == ("hashKey",)


def test_what_aws_names_is_replaced_before_it_is_deleted():
    before, after = (graph(resource(LAYER, "layer", {"layerName": "l", "code": code})) for code in ("1", "2"))
    assert steps(before, after) == [("replace", "layer")]


@pytest.mark.parametrize(("first", "expected"), [(True, "replace first"), (False, "replace"), (None, "replace")])
def test_the_program_decides_what_is_deleted_first(first: bool | None, expected: str):
    before, after = (
        resource(MAPPING, "m", {"eventSourceArn": "q", "functionName": "f", "startingPosition": position})
        for position in ("LATEST", "TRIM_HORIZON")
    )
    assert steps(graph(before), graph(replace(after, delete_before_replace=first))) == [(expected, "m")]


def roles(name: str, *, by_output: bool) -> Graph:
    role = resource(ROLE, "role", {"name": name})
    uses = {"role": role} if by_output else {}
    policy = resource(ROLE_POLICY, "policy", {"name": "p", "role": name}, uses=uses, depends_on=(role,))
    return graph(role, policy)


def test_what_depends_on_it_by_an_output_is_deleted_before_it():
    found = plan(roles("a", by_output=True), roles("b", by_output=True))
    assert told(found) == [("replace first", "role"), ("replace first", "policy")]
    assert found.steps[1].because == ("role",)
    assert [*found.taken_along.values()] == ["role"]


def test_what_only_waits_for_it_is_not_deleted_with_it():
    found = plan(roles("a", by_output=False), roles("b", by_output=False))
    assert not found.taken_along
    assert found.steps[1].because == ("role",), "its own input, changed"


@pytest.mark.parametrize("option", ["replace_with", "deleted_with"])
def test_an_option_takes_it_along_too(option: str):
    def of(key: str) -> Graph:
        table = resource(TABLE, "t", {"name": "t", "hashKey": key})
        urn: Any = [table.urn] if option == "replace_with" else table.urn
        return graph(table, resource(QUEUE, "q", {"name": "q"}, **{option: urn}))

    found = plan(of("pk"), of("id"))
    assert told(found) == [("replace first", "t"), ("replace first", "q")]
    assert found.steps[1].because == ("t",)


def test_new_code_moves_the_alias_after_the_function():
    before, after = graph(*function_with_alias("a")), graph(*function_with_alias("b"))
    found = plan(before, after)
    assert told(found) == [("update", "f"), ("update", "live")]
    assert found.steps[1].changed == ("functionVersion",)


def test_new_tags_make_no_new_version():
    before, after = graph(*function_with_alias("a")), graph(*function_with_alias("a", tags={"pbc": "x"}))
    assert steps(before, after) == [("update", "f")]


def test_a_computed_value_is_compared_with_a_known_one_by_what_computes_it():
    """A state knows the version that the program, at preview, does not."""
    function, alias = function_with_alias("a")
    deployed = replace(alias, inputs={**alias.inputs, "functionVersion": "3"})
    assert steps(graph(function, deployed), graph(function, alias)) == []


def test_a_new_layer_makes_a_new_version():
    def of(code: str) -> Graph:
        layer = resource(LAYER, "layer", {"layerName": "l", "code": code})
        function = resource(FUNCTION, "f", {"name": "f", "layers": [UNKNOWN]}, uses={"layers": layer})
        alias = resource(
            ALIAS, "live", {"name": "live", "functionVersion": UNKNOWN}, uses={"functionVersion": function}
        )
        return graph(layer, function, alias)

    assert steps(of("1"), of("2")) == [("replace", "layer"), ("update", "f"), ("update", "live")]


def test_an_alias_finds_it_under_its_old_name():
    before = queue("old")
    after = replace(queue("new"), inputs=before.inputs, aliases=[before.urn])
    found = plan(graph(before), graph(after))
    assert (found.steps, found.renamed) == ([], [(before.urn, after.urn)])


def test_children_inherit_the_alias_of_their_parent():
    def of(name: str) -> tuple[Resource, Resource]:
        box = resource(BOX, name)
        return box, resource(QUEUE, f"{name}-queue", {"name": "q"}, parent=box.urn)

    (old_box, old_queue), (box, child) = of("old"), of("new")
    found = plan(graph(old_box, old_queue), graph(replace(box, aliases=[old_box.urn]), child))
    assert (found.steps, len(found.renamed)) == ([], 2)


def test_a_new_parent_is_a_new_resource():
    box = resource(BOX, "box")
    after = resource(QUEUE, "jobs", {"name": "tiny-jobs"}, parent=box.urn)
    assert steps(graph(queue()), graph(box, after)) == [("create", "jobs"), ("delete", "jobs")]


def test_a_type_that_is_not_described_is_refused():
    one, other = (graph(resource("aws:s3/bucket:Bucket", "b", {"bucket": name})) for name in ("a", "b"))
    with pytest.raises(UnknownResourceType, match="aws:s3/bucket:Bucket"):
        plan(one, other)
