"""`rewards fitness` on the shipped system, and on one that was made rotten."""

import json
import shutil
from pathlib import Path

import pytest

from pbckit.cli.fitness import command
from pbckit.cli.fitness.gather import trend
from pbckit.sandbox.graph import Graph
from tests.conftest import ROOT, captured
from tests.ops.conftest import Rewards
from tests.ops.delivery.test_report import commit, git
from tests.policies.leaks.changes import FUNCTION, TABLE, Stack, allowed, both

UNITS = ("points-ledger", "campaigns", "earning-rates")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a few commits that touch one unit each; the graph is that of the shipped program."""
    monkeypatch.setattr(command, "capture", lambda stack, **_: captured(stack))
    git(tmp_path, "init", "--quiet")
    for unit in UNITS:
        (tmp_path / "pbcs" / unit.replace("-", "_")).mkdir(parents=True)
    for day, unit in enumerate(UNITS * 3):
        commit(tmp_path, f"2026-06-{day + 1:02}T08:00:00Z", unit)
    shutil.copy(ROOT / command.ACCEPTED, tmp_path)
    return tmp_path


def names(rewards: Rewards, repository: Path, *more: str) -> tuple[int, dict[str, str]]:
    result = rewards("fitness", "--root", str(repository), "--json", *more)
    return result.exit_code, {one["name"]: one["where"] for one in json.loads(result.stdout)["smells"]}


def test_the_graph_of_the_shipped_system_is_clean(rewards: Rewards, repository: Path):
    assert names(rewards, repository, "--strict") == (0, {})
    shown = rewards("fitness", "--root", str(repository)).stdout
    assert "Nothing smells" in shown
    assert "Accepted" in shown


def test_what_is_accepted_is_told_with_its_reason_and_an_acceptance_without_cause_is_told_too(
    rewards: Rewards, repository: Path
):
    cycle = {"name": "event cycle", "where": "points-calculation, points-ledger"}
    told = json.loads(rewards("fitness", "--root", str(repository), "--json").stdout)
    assert [(one["name"], one["where"]) for one in told["accepted"]] == [tuple(cycle.values())]
    assert told["stale"] == []
    file = repository / command.ACCEPTED
    file.write_text(json.dumps([{"name": "chatty pair", "where": "a, b", "why": "they are one team"}]))
    told = json.loads(rewards("fitness", "--root", str(repository), "--json").stdout)
    assert [(one["name"], one["where"]) for one in told["smells"]] == [tuple(cycle.values())]
    assert [one["name"] for one in told["stale"]] == ["chatty pair"]
    file.unlink()
    told = json.loads(rewards("fitness", "--root", str(repository), "--json").stdout)
    assert (told["accepted"], told["stale"]) == ([], [])


def test_a_file_that_accepts_without_a_reason_is_told(rewards: Rewards, repository: Path):
    file = repository / command.ACCEPTED
    file.write_text(json.dumps([{"name": "chatty pair", "where": "a, b"}]))
    result = rewards("fitness", "--root", str(repository))
    assert (result.exit_code, "missing required field `why`" in result.stderr) == (2, True)


def test_a_rotten_system_is_told_by_each_of_its_smells(
    rewards: Rewards, repository: Path, monkeypatch: pytest.MonkeyPatch
):
    stack = Stack(whole=True)
    both(allowed("dynamodb:GetItem", on=TABLE), allowed("lambda:InvokeFunction", on=f"{FUNCTION}:live"))(stack)
    rotten = type("Rotten", (Graph,), {"export": lambda _self: stack.body})(project="rewards", stack="dev")
    monkeypatch.setattr(command, "capture", lambda _stack, **_: rotten)
    for day in range(10, 16):
        commit(repository, f"2026-06-{day}T08:00:00Z", "points-ledger", "campaigns")
    importing = repository / "lambdas/campaigns/store.py"
    importing.parent.mkdir(parents=True)
    importing.write_text("from lambdas.points_ledger.model import Posting\nfrom pbckit.runtime.ports import Put\n")
    code, found = names(rewards, repository, "--strict")
    assert code == 1
    assert found == {
        "shared store": "campaigns, points-ledger",
        "synchronous chain": "true-up, points-ledger",  # the last of several, one for each offering
        "capability for one": "campaigns, points-ledger",
        "lockstep changes": "campaigns, points-ledger",
        "shared domain code": "campaigns, points_ledger",
    }


def test_what_smells_is_advice(rewards: Rewards, repository: Path):
    for day in range(10, 16):
        commit(repository, f"2026-06-{day}T08:00:00Z", "points-ledger", "campaigns")
    code, found = names(rewards, repository)
    assert (code, list(found)) == (0, ["lockstep changes"])


def test_commits_before_the_period_do_not_count(rewards: Rewards, repository: Path):
    for day in range(10, 16):
        commit(repository, f"2026-06-{day}T08:00:00Z", "points-ledger", "campaigns")
    assert names(rewards, repository, "--since", "2026-06-15")[1] == {}


def test_units_that_are_deployed_together_smell(rewards: Rewards, repository: Path, tmp_path: Path):
    head = git(repository, "rev-parse", "HEAD")
    updates = [
        {"kind": "update", "result": "succeeded", "environment": {"git.head": head + str(day)}}
        | dict.fromkeys(("startTime", "endTime"), f"2026-06-0{day}T08:00:00Z")
        for day in range(1, 8)
    ]
    folder = tmp_path / "history"
    folder.mkdir()
    for unit in UNITS[:2]:
        (folder / f"prod-{unit}.json").write_text(json.dumps(updates))
    assert names(rewards, repository, "--history", str(folder))[1] == {
        "lockstep deployments": "campaigns, points-ledger"
    }


def test_the_trend_tells_how_many_commits_touch_several_units(rewards: Rewards, repository: Path):
    commit(repository, "2026-07-01T08:00:00Z", "points-ledger", "campaigns")
    matrix = repository / command.MATRIX
    matrix.parent.mkdir()
    matrix.write_text("| from \\ to | b |\n| --- | --- |\n| **a** | calls x<br>hears Y |\n")
    commit(repository, "2026-07-02T08:00:00Z", "points-ledger")
    result = rewards("fitness", "--root", str(repository), "--json")
    assert json.loads(result.stdout)["trend"] == [
        {"month": "2026-06", "commits": 9, "across": 0.0, "edges": None},
        {"month": "2026-07", "commits": 2, "across": 0.5, "edges": 2},
    ]


def test_no_commits_have_no_trend():
    assert trend(command.Commits([]), UNITS, {}) == []


def test_an_empty_repository_is_told(rewards: Rewards, tmp_path: Path):
    git(tmp_path, "init", "--quiet")
    result = rewards("fitness", "--root", str(tmp_path))
    assert (result.exit_code, "no commit yet" in result.stderr) == (2, True)
