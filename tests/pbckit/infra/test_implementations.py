"""A unit's other implementation: chosen by configuration, judged by the same pack, seen by nobody else."""

import json

import pytest

from pbc_isolation.engine import judge
from pbc_isolation.stack.graph import from_export
from pbckit.infra.configuration import InvalidConfiguration
from pbckit.sandbox.graph import Graph
from pbckit.sandbox.program import capture
from tests.conftest import ROOT, captured
from tests.policies.test_engine import SETTINGS

UNIT = "earning-rates"


def with_rates_in(where: str, stack: str = "dev") -> Graph:
    return capture(stack, root=ROOT, config={"rewards:implementations": json.dumps({UNIT: where})})


def units_of(graph: Graph) -> dict[str, set[tuple[str, str, str]]]:
    """What each unit registers, by unit."""
    found: dict[str, set[tuple[str, str, str]]] = {}
    for one in graph.resources:
        if one.custom and "pbc" in (tags := one.inputs.get("tags") or {}):
            found.setdefault(tags["pbc"], set()).add((one.type, one.name, json.dumps(one.inputs, sort_keys=True)))
    return found


def test_with_rates_in_a_file_there_is_no_store_and_all_others_are_as_before():
    before, after = units_of(captured("dev")), units_of(with_rates_in("file"))
    kinds = {kind for kind, _, _ in after.pop(UNIT)}
    assert "aws:dynamodb/table:Table" in {kind for kind, _, _ in before.pop(UNIT)}
    assert kinds & {"aws:dynamodb/table:Table", "aws:sqs/queue:Queue"} == set()
    assert after == before


def test_the_same_capabilities_are_answered():
    def functions(graph: Graph) -> set[str]:
        found = graph.by_type("aws:lambda/alias:Alias")
        return {one.inputs["functionName"] for one in found if f"-{UNIT}_" in one.inputs["functionName"]}

    kit = {f"rewards-dev-{UNIT}_{thing}" for thing in ("relay", "sweeper")}
    assert functions(with_rates_in("file")) == functions(captured("dev")) - kit


def test_the_policy_pack_passes():
    found = judge(from_export(with_rates_in("file").export()).resources, SETTINGS)
    assert [violation.text for violation in found] == []


@pytest.mark.parametrize("choice", ['{"earning-rates": "cloud"}', '{"campaigns": "file"}', '["file"]', "file"])
def test_what_is_no_implementation_is_told_with_those_that_there_are(choice: str):
    with pytest.raises(InvalidConfiguration, match=r"rewards:implementations is .*earning-rates: file"):
        capture("dev", root=ROOT, config={"rewards:implementations": choice})
