"""`rewards contracts check` on a repository whose contracts are changed."""

import json
import subprocess
from pathlib import Path

import pytest

from pbckit.cli.deployment.contracts import HISTORY, SCHEMAS
from pbckit.contracts import catalogue
from tests.conftest import ROOT
from tests.ops.conftest import Rewards


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of contracts: an empty commit, then the contracts as they are with one event that has more."""
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "nothing yet")
    (tmp_path / SCHEMAS).mkdir(parents=True)
    for name, text in catalogue.schemas().items():
        (tmp_path / SCHEMAS / name).write_text(text)
    (tmp_path / HISTORY).write_text((ROOT / HISTORY).read_text())
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@localhost", "-c", "commit.gpgsign=false"]
    command = ["git", *identity, *arguments]
    subprocess.run(command, cwd=folder, check=True)


def commit(repository: Path, **edits: str) -> None:
    """Commit the contracts, with words of one of them replaced."""
    path = repository / SCHEMAS / "points-ledger.PointsPosted.json"
    text = path.read_text()
    for old, new in edits.items():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "contracts")


def test_contracts_that_are_kept_pass(rewards: Rewards, repository: Path):
    commit(repository)
    result = rewards("contracts", "check", "--against", "HEAD", "--root", str(repository))
    assert result.exit_code == 0
    assert f"{len(catalogue.schemas())} contracts of HEAD are kept" in result.stdout


def test_a_field_that_was_there_is_missed(rewards: Rewards, repository: Path):
    commit(repository, posting_id="booking_id")
    result = rewards("contracts", "check", "--against", "HEAD", "--json", "--root", str(repository))
    assert result.exit_code == 1
    found = json.loads(result.stdout)["breaks"]
    assert {
        "contract": "points-ledger.PointsPosted",
        "path": "data.booking_id",
        "reason": "an older consumer: needs it",
        "used_by": [],
    } in found


def test_who_reads_a_field_is_told_and_what_nobody_reads_is_a_break_as_well(rewards: Rewards, repository: Path):
    commit(repository, **{'"maximum": 9000000000000': '"maximum": 9', '"minimum": 0': '"minimum": 1'})
    result = rewards("contracts", "check", "--against", "HEAD", "--json", "--root", str(repository))
    assert result.exit_code == 1
    by_path = {one["path"]: one["used_by"] for one in json.loads(result.stdout)["breaks"]}
    assert by_path["data.points"] == ["points-calculation", "tiers"]
    assert by_path["data.debt_points"] == []


def test_of_a_request_the_callers_are_told(rewards: Rewards, repository: Path):
    path = repository / SCHEMAS / "points-ledger.hold.json"
    path.write_text(path.read_text().replace('"maxLength": 120', '"maxLength": 500'))
    commit(repository)
    result = rewards("contracts", "check", "--against", "HEAD", "--json", "--root", str(repository))
    [told] = json.loads(result.stdout)["breaks"]
    assert (told["path"], told["used_by"]) == ("request.reason", ["redeem-points", "operations"])


def test_breaks_are_shown_to_people(rewards: Rewards, repository: Path):
    commit(repository, posting_id="booking_id")
    result = rewards("contracts", "check", "--against", "HEAD", "--root", str(repository))
    assert "points-ledger.PointsPosted" in result.stdout
    assert "data.booking_id" in result.stdout


def test_a_revision_without_contracts_breaks_nothing(rewards: Rewards, repository: Path):
    assert rewards("contracts", "check", "--against", "HEAD", "--root", str(repository)).exit_code == 0


@pytest.mark.parametrize("revision", ["nowhere", "--output=x"])
def test_what_is_no_revision_is_told(rewards: Rewards, repository: Path, revision: str):
    result = rewards("contracts", "check", f"--against={revision}", "--root", str(repository))
    assert result.exit_code == 2
    assert f"no such revision: {revision}" in result.stderr


def test_outside_of_a_repository_nothing_can_be_compared(rewards: Rewards, tmp_path: Path):
    result = rewards("contracts", "check", "--against", "HEAD", "--root", str(tmp_path))
    assert result.exit_code == 2
    assert "git" in result.stderr


def test_a_version_that_the_history_does_not_tell_of_is_asked_for(rewards: Rewards, repository: Path):
    commit(repository)
    history = (repository / HISTORY).read_text()
    contract, _, rest = history.partition("\npoints-ledger.PointsPosted:\n")
    lost = contract + "\n" + rest.partition("\npoints-ledger.")[2].join(["points-ledger.", ""])
    (repository / HISTORY).write_text(lost)
    result = rewards("contracts", "check", "--against", "HEAD", "--root", str(repository))
    assert result.exit_code == 1
    assert "points-ledger.PointsPosted: what contracts/history.yaml said of it is to stay" in result.stdout
    assert "points-ledger.PointsPosted: add a version to contracts/history.yaml with shape: " in result.stdout


def test_a_history_that_is_rewritten_is_told(rewards: Rewards, repository: Path):
    commit(repository)
    path = repository / HISTORY
    path.write_text(path.read_text().replace("chain of hashes", "hash"))
    result = rewards("contracts", "check", "--against", "HEAD", "--json", "--root", str(repository))
    assert result.exit_code == 1
    [told] = json.loads(result.stdout)["history"]
    assert told.startswith("points-ledger.PointsPosted: what contracts/history.yaml said")


@pytest.mark.parametrize("text", ["points-ledger.PointsPosted: {}", "a: [{version: one}]", "a: ["])
def test_a_history_that_is_none_cannot_be_compared(rewards: Rewards, repository: Path, text: str):
    commit(repository)
    (repository / HISTORY).write_text(text)
    result = rewards("contracts", "check", "--against", "HEAD", "--root", str(repository))
    assert result.exit_code == 2
    assert "history.yaml" in result.stderr
