"""`rewards delivery report` on a recorded history whose figures are computed by hand.

| commit | made | touches |
|---|---|---|
| A | 1 June 08:00 | points-ledger, campaigns |
| B | 2 June 08:00 | points-ledger |
| C | 3 June 08:00 | campaigns |
| D | 8 June 08:00 | points-ledger, campaigns |

| stack | deployed | commit | result |
|---|---|---|---|
| prod-points-ledger | 1 June 10:00 | A | succeeded |
| | 2 June 18:00 | B | succeeded: B waited 10 h |
| | 8 June 10:00 | D | failed |
| | 8 June 13:00 | D | succeeded: restored in 3 h; D waited 5 h |
| prod-campaigns | 1 June 11:00 | A | succeeded |
| | 3 June 12:00 | C | succeeded: C waited 4 h |
| | 3 June 14:00 | A | succeeded, and takes C back: restored in 2 h |
| | 15 June 10:00 | D | succeeded: D waited 7 days and 2 h = 170 h |

The period is 1 June 10:00 to 15 June 10:00: two weeks.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pbckit.cli.delivery.measures import owner_of
from tests.html_pages import HtmlPage
from tests.ops.conftest import Rewards

UNITS = ("points-ledger", "campaigns")


def git(folder: Path, *arguments: str, at: str = "2026-06-01T00:00:00Z") -> str:
    identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@localhost", "-c", "commit.gpgsign=false"]
    command = ["git", *identity, *arguments]
    dated = {**os.environ, "GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True, env=dated).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    git(folder, "init", "--quiet")
    for unit in UNITS:
        module = folder / "pbcs" / unit.replace("-", "_") / "__init__.py"
        module.parent.mkdir(parents=True)
        module.write_text("")
    return folder


def commit(repository: Path, at: str, *units: str) -> str:
    for unit in units:
        path = repository / "pbcs" / unit.replace("-", "_") / "__init__.py"
        path.write_text(f"# {at}\n")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", at, at=at)
    return git(repository, "rev-parse", "HEAD")


def update(at: str, head: str, result: str = "succeeded", kind: str = "update") -> dict[str, Any]:
    started = at.replace(":00:00Z", ":00:00.000Z")
    environment = {"git.head": head, "exec.kind": "cli"}
    return {
        "kind": kind,
        "startTime": started,
        "endTime": at,
        "message": at,
        "environment": environment,
        "result": result,
    }


@pytest.fixture
def history(repository: Path, tmp_path: Path) -> Path:
    a = commit(repository, "2026-06-01T08:00:00Z", *UNITS)
    b = commit(repository, "2026-06-02T08:00:00Z", "points-ledger")
    c = commit(repository, "2026-06-03T08:00:00Z", "campaigns")
    d = commit(repository, "2026-06-08T08:00:00Z", *UNITS)
    folder = tmp_path / "history"
    folder.mkdir()
    ledger = [
        update("2026-06-01T10:00:00Z", a),
        update("2026-06-01T12:00:00Z", a, kind="refresh"),
        update("2026-06-02T18:00:00Z", b),
        update("2026-06-08T10:00:00Z", d, "failed"),
        update("2026-06-08T13:00:00Z", d),
    ]
    campaigns = [
        update("2026-06-01T11:00:00Z", a),
        update("2026-06-03T12:00:00Z", c),
        update("2026-06-03T14:00:00Z", a),
        update("2026-06-15T10:00:00Z", d),
    ]
    # Pulumi writes the newest first.
    (folder / "prod-points-ledger.json").write_text(json.dumps(ledger[::-1]))
    (folder / "prod-campaigns.json").write_text(json.dumps(campaigns[::-1]))
    (folder / "dev.json").write_text(json.dumps([update("2026-06-01T09:00:00Z", a, "failed")]))
    return folder


def measured(rewards: Rewards, history: Path, repository: Path, *more: str) -> dict[str, dict[str, Any]]:
    result = rewards("delivery", "report", "--history", str(history), "--repository", str(repository), "--json", *more)
    assert result.exit_code == 0, result.stderr
    return {one["unit"]: one for one in json.loads(result.stdout)["units"]}


def test_the_measures_are_those_computed_by_hand(rewards: Rewards, history: Path, repository: Path):
    found = measured(rewards, history, repository)
    assert found["points-ledger"] == {
        "unit": "points-ledger",
        "deployments": 4,
        "failures": 1,
        "per_week": 1.5,
        "lead_time_hours": 7.5,
        "change_failure_rate": 0.25,
        "time_to_restore_hours": 3.0,
        "regression_cycle_seconds": None,
        "commits": 2,
        "alone": 0.5,
    }
    assert found["campaigns"] == {
        "unit": "campaigns",
        "deployments": 4,
        "failures": 1,
        "per_week": 2.0,
        "lead_time_hours": 87.0,
        "change_failure_rate": 0.25,
        "time_to_restore_hours": 2.0,
        "regression_cycle_seconds": None,
        "commits": 2,
        "alone": 0.5,
    }


def test_a_stack_of_all_units_counts_for_each(rewards: Rewards, history: Path, repository: Path):
    (history / "prod.json").write_text((history / "prod-points-ledger.json").read_text())
    (history / "prod-points-ledger.json").unlink()
    (history / "prod-campaigns.json").unlink()
    found = measured(rewards, history, repository)
    assert {one["deployments"] for one in found.values()} == {4}


def test_a_period_can_be_chosen(rewards: Rewards, history: Path, repository: Path):
    found = measured(rewards, history, repository, "--since", "2026-06-02", "--until", "2026-06-09")
    assert (found["points-ledger"]["deployments"], found["points-ledger"]["per_week"]) == (3, 2.0)


def test_tests_are_measured_by_their_pipeline(rewards: Rewards, history: Path, repository: Path, tmp_path: Path):
    suites = '<testsuites><testsuite time="2.5"/><testsuite time="1.0"/></testsuites>'
    (tmp_path / "points-ledger.xml").write_text(suites)
    found = measured(rewards, history, repository, "--tests", str(tmp_path))
    assert found["points-ledger"]["regression_cycle_seconds"] == 3.5
    assert found["campaigns"]["regression_cycle_seconds"] is None


def test_the_page_has_a_chart_for_each_measure_and_needs_nothing_else(
    rewards: Rewards, history: Path, repository: Path, tmp_path: Path
):
    target = tmp_path / "report.html"
    arguments = ["--history", str(history), "--repository", str(repository), "--html", str(target)]
    assert rewards("delivery", "report", *arguments).exit_code == 0
    text = target.read_text()
    page = HtmlPage(text)
    assert page.loads == []
    assert [chart.names for chart in page.charts] == [
        ["Deployments"],
        ["Per week"],
        ["Lead time, in hours"],
        ["Failed, in percent"],
        ["Restored in, in hours"],
        ["Commits alone, in percent"],
    ]
    assert "Tests, in seconds: none" in text, "no empty chart where no pipeline measured"
    assert text.count("<circle") == 8
    assert sorted(row[2] for row in page.charts[0].rows[1:]).count("failed") == 1
    assert "87.0 h" in text


def test_the_tables_of_the_charts_have_the_figures_of_the_command(
    rewards: Rewards, history: Path, repository: Path, tmp_path: Path
):
    target = tmp_path / "report.html"
    found = measured(rewards, history, repository, "--html", str(target))
    _, per_week, lead_time, *_ = HtmlPage(target.read_text()).charts
    for chart, measure in ((per_week, "per_week"), (lead_time, "lead_time_hours")):
        assert dict(chart.rows[1:]) == {
            unit: "-" if one[measure] is None else f"{one[measure]:.1f}".removesuffix(".0")
            for unit, one in found.items()
        }


def test_it_runs_on_this_repository(rewards: Rewards):
    result = rewards("delivery", "report")
    assert result.exit_code == 0
    assert "points-ledger" in result.stdout


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("prod.json", "[]", "nothing was deployed yet"),
        ("prod.json", "", "nothing was deployed yet"),
        ("prod.json", "{", "not what `pulumi stack history --json` writes"),
        ("prod.json", '[{"kind": "update"}]', "not what `pulumi stack history --json` writes"),
        ("dev.json", "[]", "no history of prod"),
    ],
)
def test_what_is_no_history_is_told(rewards: Rewards, repository: Path, tmp_path: Path, file, content, message):
    commit(repository, "2026-06-01T08:00:00Z", *UNITS)
    folder = tmp_path / "history"
    folder.mkdir()
    (folder / file).write_text(content)
    result = rewards("delivery", "report", "--history", str(folder), "--repository", str(repository))
    assert result.exit_code == 2
    assert message in result.stderr


def test_what_is_no_repository_is_told(rewards: Rewards, tmp_path: Path):
    assert "not a git repository" in rewards("delivery", "report", "--repository", str(tmp_path)).stderr
    git(tmp_path, "init", "--quiet")
    result = rewards("delivery", "report", "--repository", str(tmp_path))
    assert (result.exit_code, "no commit yet" in result.stderr) == (2, True)


def test_a_period_must_not_end_before_it_begins(rewards: Rewards, history: Path, repository: Path):
    arguments = ["--history", str(history), "--repository", str(repository), "--since", "2026-07-01"]
    result = rewards("delivery", "report", *arguments)
    assert result.exit_code == 2
    assert "before it begins" in result.stderr


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("pbcs/points_ledger/__init__.py", "points-ledger"),
        ("lambdas/points_ledger/store.py", "points-ledger"),
        ("tests/lambdas/points_ledger/test_model.py", "points-ledger"),
        ("contracts/points_ledger.py", "points-ledger"),
        ("contracts/schemas/points-ledger.PointsPosted.json", "points-ledger"),
        ("contracts/vocabulary.py", None),
        ("README.md", None),
    ],
)
def test_a_file_belongs_to_the_unit_whose_name_it_bears(path, unit):
    assert owner_of(path, UNITS) == unit
