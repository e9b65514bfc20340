"""The names that are recorded: a rename that loses something is found, and an addition is not in the way."""

import copy
from dataclasses import replace

import pytest

from pbckit.sandbox.graph import UNKNOWN, Graph, Resource, stack_urn
from pbckit.updates.names import InvalidNames, lost, read, write
from tests.conftest import ROOT, captured
from tests.pbckit.updates.graphs import ALARM, BOX, MAPPING, QUEUE, TABLE, graph, resource

RECORDED = ROOT / "docs/resource-names.txt"


def boxed(name: str, table: str) -> Graph:
    box = resource(BOX, name)
    return graph(box, resource(TABLE, f"{name}-table", {"name": table, "hashKey": "pk"}, parent=box.urn))


def test_a_tree_is_read_as_it_was_written():
    one = boxed("box", "tiny_table")
    one.resources.append(resource(ALARM, "alarm", {"name": "tiny_alarm"}))
    text = write(one)
    assert [(each.urn, each.inputs) for each in read(text, "tiny", "dev").resources] == [
        (one.resources[2].urn, {"name": "tiny_alarm"}),
        (one.resources[0].urn, {}),
        (one.resources[1].urn, {"name": "tiny_table"}),
    ]
    assert write(read(text, "tiny", "dev")) == text


def test_what_is_not_given_and_what_is_computed_have_signs():
    text = write(graph(resource(MAPPING, "m", {"eventSourceArn": UNKNOWN})))
    assert text.endswith(f"{MAPPING} m ? -\n")
    assert read(text, "tiny", "dev").resources[0].inputs == {"eventSourceArn": UNKNOWN}


@pytest.mark.parametrize("text", ["word\n", "  indented too-deep\n"])
def test_what_is_no_tree_is_refused(text: str):
    with pytest.raises(InvalidNames, match="line 1"):
        read(text, "tiny", "dev")


def test_the_shipped_program_loses_nothing_of_what_is_recorded():
    """If this fails, a resource that is deployed somewhere was renamed without an alias. `make docs` says which."""
    assert lost(RECORDED.read_text(), captured("dev")) == []


def test_additions_lose_nothing():
    more = boxed("box", "t")
    more.resources.append(resource(QUEUE, "q", {"name": "q"}))
    assert lost(write(boxed("box", "t")), more) == []


def test_a_rename_is_lost_with_the_alias_to_add():
    found = lost(write(boxed("old", "t")), boxed("new", "t"))
    assert {(one.rule, one.resource) for one in found} == {("loss", "old-table"), ("collision", "new-table")}
    assert any('alias "old"' in one.fix for one in found)


def test_a_rename_with_an_alias_is_not():
    old, new = boxed("old", "t"), boxed("new", "t")
    new.resources[0] = replace(new.resources[0], aliases=[old.resources[0].urn])
    assert lost(write(old), new) == []


def test_another_physical_name_is_another_table():
    assert [one.rule for one in lost(write(boxed("box", "a")), boxed("box", "b"))] == ["loss"]


def test_a_move_to_another_parent_collides():
    before = graph(resource(ALARM, "alarm", {"name": "a"}))
    box = resource(BOX, "box")
    after = graph(box, resource(ALARM, "alarm", {"name": "a"}, parent=box.urn))
    assert [one.rule for one in lost(write(before), after)] == ["collision"]


@pytest.mark.parametrize("token", [TABLE, QUEUE, "aws:kms/key:Key", "aws:cloudwatch/logGroup:LogGroup"])
def test_a_renamed_holder_of_the_shipped_program_is_found(token: str):
    shipped = captured("dev")
    holder = shipped.by_type(token)[0]
    changed = copy.copy(shipped)
    changed.resources = [_renamed(one) if one is holder else one for one in shipped.resources]
    assert holder.name in {one.resource for one in lost(RECORDED.read_text(), changed)}


def _renamed(one: Resource) -> Resource:
    return replace(one, name=f"{one.name}-x", urn=f"{one.urn}-x")


def test_the_stack_is_the_parent_of_what_has_none():
    assert read(f"{ALARM} a n\n", "tiny", "dev").resources[0].parent == stack_urn("tiny", "dev")
