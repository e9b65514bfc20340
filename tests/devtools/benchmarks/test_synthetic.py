"""A stack that is grown for measuring is a stack as real as the program's own, only larger."""

import json

import pytest

from devtools.benchmarks.synthetic import grown
from pbc_isolation.analysis.context import Settings
from pbc_isolation.engine import judge
from pbc_isolation.stack.contract_edges import read_contracts
from pbc_isolation.stack.graph import from_export
from tests.conftest import ROOT, captured

SCHEMAS = ROOT / "contracts/schemas"


def _settings(contracts):
    return Settings(capabilities=read_contracts(contracts))


def test_one_copy_is_the_program_itself():
    stack = grown(captured("dev"), SCHEMAS, 1)
    assert stack.export == captured("dev").export()
    assert stack.contracts == {path.name: path.read_text() for path in SCHEMAS.glob("*.json")}


def test_each_copy_has_all_that_a_unit_has(tmp_path):
    stack = grown(captured("dev"), SCHEMAS, 3)
    _, contracts = stack.save(tmp_path)
    assert stack.pbcs == 3 * len(captured("dev").by_type("pbckit:infra:Pbc"))
    assert len({state["urn"] for state in stack.resources}) == len(stack.resources)
    for kind in ("Table", "Function", "EventSourceMapping"):
        assert stack.count(kind) == 3 * grown(captured("dev"), SCHEMAS, 1).count(kind)
    assert judge(from_export(stack.export).resources, _settings(contracts)) == []


@pytest.mark.parametrize("reader", ["campaigns", "campaigns-2"])
def test_units_of_different_copies_are_strangers(tmp_path, reader):
    stack = grown(captured("dev"), SCHEMAS, 2)
    _, contracts = stack.save(tmp_path)
    other = {"campaigns": "campaigns-2", "campaigns-2": "campaigns"}[reader]
    [policy] = [one for one in stack.resources if one.get("inputs", {}).get("role") == f"rewards-dev-{reader}_bonuses"]
    document = policy["inputs"]["policy"].replace(f"{reader}_store", f"{other}_store")
    for side in ("inputs", "outputs"):
        policy[side] = {**policy[side], "policy": document}
    [boundary] = [
        one for one in stack.resources if one.get("inputs", {}).get("name") == f"rewards-dev-{reader}_boundary"
    ]
    for side in ("inputs", "outputs"):
        boundary[side] = {**boundary[side], "policy": json.dumps(_EVERYTHING)}
    found = judge(from_export(stack.export).resources, _settings(contracts))
    assert "isolation-direct-read" in {one.rule for one in found}, sorted({one.rule for one in found})
    assert other in {one.store_unit for one in found}


_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
