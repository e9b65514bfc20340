"""The table of resource types: complete for the program, and true of the provider's own classes."""

import importlib
import inspect
import re

import pytest

from pbckit.sandbox.program import capture
from pbckit.updates.resource_types import UnknownResourceType, resource_type, resource_types, undescribed
from tests.conftest import ROOT, captured
from tests.pbckit.updates.graphs import BOX, QUEUE, graph, resource

MODULES = {"lambda": "lambda_"}
"""Modules of pulumi_aws that are not called like the service in the type token."""


def parameters(token: str) -> set[str]:
    """The inputs of a type in pulumi_aws, in camelCase."""
    module, name = re.split(r"[:/]", token)[1::2]
    args = getattr(importlib.import_module(f"pulumi_aws.{MODULES.get(module, module)}"), f"{name}Args")
    names = [name for name in inspect.signature(args.__init__).parameters if name != "__self__"]
    return {re.sub(r"_(.)", lambda found: found[1].upper(), name) for name in names}


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_every_type_and_input_of_the_program_is_described(stack: str):
    assert list(undescribed(captured(stack))) == []


def test_what_is_not_described_is_named():
    one = graph(resource(BOX, "box"), resource(QUEUE, "q", {"name": "q", "newInput": 1}), resource("aws:a/b:C", "c"))
    assert list(undescribed(one)) == [(QUEUE, "newInput"), ("aws:a/b:C", "")]


@pytest.mark.parametrize("token", sorted(resource_types()))
def test_described_inputs_exist(token: str):
    one = resource_type(token)
    described = {*one.replaced_by, *one.updated_by}
    assert described <= parameters(token)
    assert not {*one.replaced_by} & {*one.updated_by}
    assert {*one.identity} <= described
    assert {*one.belongs_to, *one.notes} <= described
    assert {name for inputs in one.moves.values() for name in inputs} <= {*one.updated_by}
    assert {*one.belongs_to.values()} <= resource_types().keys()


def test_what_configuration_adds_is_described():
    config = {"rewards:alarmEmail": "someone@example.com"}
    assert list(undescribed(capture("dev-platform", preview=True, root=ROOT, config=config))) == []


def test_a_type_that_is_not_there():
    with pytest.raises(UnknownResourceType, match=r"aws:a/b:C: not in updates/resource_types.yaml"):
        resource_type("aws:a/b:C")
