"""`rewards sandbox` where none runs, and what it says of what the embedded AWS lacks."""

import json
from pathlib import Path

import pytest

from pbckit.cli.deployment import sandbox
from pbckit.cli.deployment.sandbox import print_not_modelled
from pbckit.sandbox.deploy import Deployment
from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.sandbox.graph import Graph
from pbckit.sandbox.provision.registry import NotModelled
from tests.conftest import captured
from tests.ops.conftest import Rewards


def test_status_says_that_none_runs_and_how_to_start_one(rewards: Rewards, tmp_path: Path):
    result = rewards("sandbox", "status", "--folder", str(tmp_path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (f"error: no sandbox is running in {tmp_path}; start one with `pbc sandbox up`\n")


def test_stopping_what_does_not_run_is_no_error(rewards: Rewards, tmp_path: Path):
    result = rewards("sandbox", "down", "--folder", str(tmp_path))
    assert (result.exit_code, result.stdout.replace("\n", "")) == (0, f"no sandbox was running in {tmp_path}")
    assert json.loads(rewards("sandbox", "down", "--folder", str(tmp_path), "--json").stdout) == {"stopped": False}


def test_what_the_embedded_aws_lacks_is_counted_by_kind(capsys: pytest.CaptureFixture[str]):
    schemas = [
        NotModelled(type="aws:schemas/schema:Schema", name=name, what="no schema registry") for name in ("one", "two")
    ]
    key = NotModelled(type="aws:kms/key:Key", name="key", what="deletionWindowInDays")
    print_not_modelled(Deployment(graph=Graph(project="rewards", stack="local"), not_modelled=[*schemas, key]))
    lines = [line.split() for line in capsys.readouterr().out.splitlines() if "aws:" in line]
    assert [(line[1], line[-2]) for line in lines] == [("aws:kms/key:Key", "1"), ("aws:schemas/schema:Schema", "2")]


def test_the_stack_that_is_asked_for_is_deployed(rewards: Rewards, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked: list[tuple[str, str]] = []
    aws = EmbeddedAws(pid=1, port=1, region="eu-central-1", folder=tmp_path)

    def started(folder: Path, *, region: str, port: int) -> EmbeddedAws:
        return aws

    def deployed(_aws: EmbeddedAws, *, stack: str, on_progress: object) -> Deployment:
        graph = captured(stack)
        asked.append((stack, graph.stack))
        return Deployment(graph=graph, not_modelled=[])

    monkeypatch.setattr(sandbox, "start", started)
    monkeypatch.setattr(sandbox, "deploy", deployed)
    monkeypatch.setattr(sandbox, "capture", captured)
    result = rewards("sandbox", "up", "--stack", "migration", "--folder", str(tmp_path), "--json")
    assert (result.exit_code, asked) == (0, [("migration", "migration")])
    assert rewards("sandbox", "up", "--stack", "prod").exit_code == 2
