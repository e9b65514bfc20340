"""`pbc updates`: what an update does to what is deployed, told for people and machines."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pbckit.cli.deployment import updates
from pbckit.infra.environment import InvalidConfiguration
from pbckit.sandbox.graph import Graph
from tests.ops.conftest import Rewards
from tests.pbckit.updates.graphs import BOX, QUEUE, TABLE, graph, resource


def boxed(name: str = "box", *, key: str = "pk", protect: bool = False) -> Graph:
    box = resource(BOX, name)
    inputs = {"name": "tiny_table", "hashKey": key}
    return graph(box, resource(TABLE, f"{name}-table", inputs, parent=box.urn, protect=protect))


@pytest.fixture
def wanted(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Say what the program wants now."""
    return lambda one: monkeypatch.setattr(updates, "capture", lambda *_, **__: one)


def exported(folder: Path, one: Graph) -> str:
    one.save(folder / "export.json")
    return str(folder / "export.json")


def test_an_unchanged_program(rewards: Rewards, tmp_path: Path, wanted: Any):
    wanted(boxed())
    result = rewards("updates", "plan", exported(tmp_path, boxed()))
    assert (result.exit_code, result.stdout) == (0, "dev: nothing to do; 1 unchanged, 0 found by an alias.\n")


def test_a_lost_table_is_told_with_what_to_do(rewards: Rewards, tmp_path: Path, wanted: Any):
    wanted(boxed(key="id"))
    result = rewards("updates", "plan", exported(tmp_path, boxed()))
    assert result.exit_code == 1
    for text in ("replace, delete first", "hashKey", "its items", "beside it", "1 to replace"):
        assert text in " ".join(result.stdout.replace("│", " ").split()), text


def test_for_machines(rewards: Rewards, tmp_path: Path, wanted: Any):
    wanted(boxed(key="id", protect=True))
    result = rewards("updates", "plan", exported(tmp_path, boxed(protect=True)), "--json")
    told = json.loads(result.stdout)
    assert result.exit_code == 1
    assert told["steps"] == [
        {"step": "replace, delete first", "type": TABLE, "resource": "box-table", "inputs": ["hashKey"]}
    ]
    assert [(one["severity"], one["rule"]) for one in told["findings"]] == [("error", "protected")]


def test_a_loss_that_is_meant_is_accepted_by_name(rewards: Rewards, tmp_path: Path, wanted: Any):
    wanted(graph())
    export = exported(tmp_path, boxed())
    assert rewards("updates", "plan", export).exit_code == 1
    assert rewards("updates", "plan", export, "--accept", "box-table").exit_code == 0
    assert rewards("updates", "plan", export, "--accept", "other-table").exit_code == 1


def test_what_is_refused_cannot_be_accepted(rewards: Rewards, tmp_path: Path, wanted: Any):
    wanted(graph())
    export = exported(tmp_path, boxed(protect=True))
    assert rewards("updates", "plan", export, "--accept", "box-table").exit_code == 1


def test_two_exports(rewards: Rewards, tmp_path: Path):
    (tmp_path / "after").mkdir()
    before, after = exported(tmp_path, boxed()), exported(tmp_path / "after", boxed(key="id"))
    result = rewards("updates", "plan", before, "--after", after, "--json")
    assert [one["step"] for one in json.loads(result.stdout)["steps"]] == ["replace, delete first"]


def test_what_is_no_export_is_told(rewards: Rewards, tmp_path: Path):
    (tmp_path / "export.json").write_text("{}")
    result = rewards("updates", "plan", str(tmp_path / "export.json"))
    assert (result.exit_code, "not an export" in result.stderr) == (2, True)


def test_a_program_that_does_not_run_is_told(rewards: Rewards, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: Any, **__: Any) -> Any:
        raise InvalidConfiguration("rewards:account", None, "12 digits")

    monkeypatch.setattr(updates, "capture", refuse)
    result = rewards("updates", "plan", exported(tmp_path, boxed()))
    assert (result.exit_code, "rewards:account is missing" in result.stderr) == (2, True)


def test_a_type_that_is_not_described_is_told(rewards: Rewards, tmp_path: Path, wanted: Any):
    wanted(graph(resource("aws:s3/bucket:Bucket", "b", {"bucket": "b"})))
    result = rewards("updates", "plan", exported(tmp_path, boxed()))
    assert (result.exit_code, "aws:s3/bucket:Bucket: not in updates/resource_types.yaml" in result.stderr) == (2, True)


def test_names_are_recorded_until_one_is_lost(rewards: Rewards, tmp_path: Path, wanted: Any):
    path = tmp_path / updates.NAMES
    path.parent.mkdir()
    path.write_text(updates.names_page(tmp_path, boxed()))
    more = boxed()
    more.resources.append(resource(QUEUE, "q", {"name": "q"}))
    path.write_text(updates.names_page(tmp_path, more))
    with pytest.raises(updates.NamesLost, match=r'box-table.*alias "box".*pbc updates accept.*\(2 more\)'):
        updates.names_page(tmp_path, boxed("case"))
    wanted(boxed("case"))
    result = rewards("updates", "accept", "--root", str(tmp_path))
    assert (result.exit_code, "accepted: box-table" in result.stderr) == (0, True)
    assert updates.names_page(tmp_path, boxed("case")) == path.read_text()


def test_an_alias_keeps_the_name(tmp_path: Path):
    path = tmp_path / updates.NAMES
    path.parent.mkdir()
    path.write_text(updates.names_page(tmp_path, boxed()))
    after = boxed("case")
    after.resources[0] = replace(after.resources[0], aliases=[boxed().resources[0].urn])
    assert "case-table" in updates.names_page(tmp_path, after)


def test_a_record_that_somebody_broke_is_told(tmp_path: Path):
    path = tmp_path / updates.NAMES
    path.parent.mkdir()
    path.write_text("nonsense\n")
    with pytest.raises(updates.OperatorError, match=r"docs/resource-names.txt: line 1"):
        updates.names_page(tmp_path, boxed())
