"""Each unit is a stack of its own: nothing in one refers to anything in another but by names from contracts."""

from functools import cache

import pytest

from pbckit.infra.names import PLATFORM
from pbckit.infra.program import OPERATIONS, units_in
from pbckit.sandbox.graph import Graph, Resource
from pbckit.sandbox.program import capture
from tests.conftest import ROOT, captured


@cache
def stack_of(unit: str) -> Graph:
    return capture(f"dev-{unit}", root=ROOT)


UNITS = (PLATFORM, OPERATIONS, *units_in(ROOT, "pbcs"), *units_in(ROOT, "offerings"))


@cache
def by_urn() -> dict[str, Resource]:
    return {one.urn: one for one in captured("dev").resources}


def owner(urn: str) -> str:
    """The unit that a URN of the stack of all units lies in."""
    resource = by_urn()[urn]
    while resource.parent in by_urn():
        resource = by_urn()[resource.parent]
    return resource.name


def test_those_are_all_units():
    assert sorted(UNITS) == sorted(captured("dev").outputs["units"])


def test_no_resource_of_one_unit_depends_on_one_of_another():
    """Units wait for the platform where one stack manages both, and for nothing else."""
    for resource in captured("dev").resources:
        flowing = {urn for urns in resource.property_dependencies.values() for urn in urns}
        assert {owner(urn) for urn in flowing} <= {owner(resource.urn)}, resource.urn
        assert {owner(urn) for urn in resource.dependencies} <= {owner(resource.urn), "platform"}, resource.urn


@pytest.mark.parametrize("unit", UNITS)
def test_a_stack_of_one_unit_makes_what_the_stack_of_all_makes_of_it(unit):
    alone = {(one.type, one.name): one.inputs for one in stack_of(unit).resources}
    together = {(one.type, one.name): one.inputs for one in captured("dev").resources if owner(one.urn) == unit}
    assert alone == together


@pytest.mark.parametrize("unit", UNITS)
def test_a_stack_of_one_unit_refers_to_no_other_stack(unit):
    assert not [one for one in stack_of(unit).resources if one.type == "pulumi:pulumi:StackReference"]
