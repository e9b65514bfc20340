"""`rewards preview` and `rewards policy check`: the pack's verdict, told in every way, with an exit code."""

import copy
import json
import subprocess
from pathlib import Path

import pytest

from ops.repository import ROOT
from pbckit.cli.deployment import access
from pbckit.cli.deployment import policy as policies
from tests.aws_shapes import created, encrypted
from tests.conftest import captured
from tests.ops.conftest import Rewards
from tests.policies.leaks.changes import TABLE, THIEF_ROLE, Stack, allowed

MANY_SECRETS = 100
LEAK = allowed("dynamodb:Scan", on=TABLE)


@pytest.fixture
def leaking(tmp_path: Path) -> Path:
    stack = Stack()
    LEAK(stack)
    return write(tmp_path / "export.json", stack.body)


def write(path: Path, body: object) -> Path:
    path.write_text(json.dumps(body))
    return path


def test_preview_runs_the_program_and_finds_nothing(rewards: Rewards):
    result = rewards("preview", "--stack", "staging", "--json")
    assert result.exit_code == 0
    body = json.loads(result.stdout)
    assert (body["stack"], body["violations"]) == ("staging", [])
    assert body["edges"]


def test_an_unknown_stack_cannot_be_previewed(rewards: Rewards):
    result = rewards("preview", "--stack", "nowhere")
    assert result.exit_code == 2
    assert "nowhere" in result.stderr


def test_a_leak_is_told_with_its_path_and_ends_with_1(rewards: Rewards, leaking: Path):
    result = rewards("policy", "check", str(leaking))
    assert result.exit_code == 1
    assert "isolation-direct-read (1)" in result.stdout
    told = " ".join(result.stdout.split())
    assert f"Path: role {THIEF_ROLE} → dynamodb:Scan → table rewards-dev-points-ledger_store" in told


def test_access_is_told_with_path_and_statement(rewards: Rewards, leaking: Path):
    """It judges nothing: the leak stands beside what contracts name, and the command ends with 0."""
    result = rewards("policy", "access", str(leaking), "--to", "points-ledger", "--json")
    assert result.exit_code == 0
    body = json.loads(result.stdout)
    assert {one["target"] for one in body["reasons"]} == {"points-ledger"}
    [leak] = [one for one in body["reasons"] if one["kind"] == "violation"]
    assert leak["path"] == [f"role {THIEF_ROLE}", "dynamodb:Scan", "table rewards-dev-points-ledger_store"]
    assert json.loads(leak["statement"])["Action"] == ["dynamodb:Scan"]


def test_access_of_a_unit_that_is_not_there_is_refused(rewards: Rewards, leaking: Path):
    result = rewards("policy", "access", str(leaking), "--from", "nobodys")
    assert result.exit_code == 2
    assert "no unit 'nobodys' in rewards/dev; there are: campaigns, " in " ".join(result.stderr.split())


def test_a_clean_export_ends_with_0(rewards: Rewards, tmp_path: Path):
    result = rewards("policy", "check", str(write(tmp_path / "export.json", captured("dev").export())))
    assert result.exit_code == 0
    assert "no violations" in result.stdout


def test_an_export_with_encrypted_secrets_is_judged(rewards: Rewards, tmp_path: Path):
    """Secrets that give nobody anything pass, in an export as `pulumi stack export` writes it."""
    body = created("dev")
    sealed = 0
    for state in body["deployment"]["resources"]:
        for side in ("inputs", "outputs"):
            values = state.get(side, {})
            for key in {"description", "dashboardBody", "content"} & values.keys():
                values[key] = encrypted()
                sealed += 1
            if "POWERTOOLS_SERVICE_NAME" in values.get("environment", {}).get("variables", {}):
                values["environment"]["variables"]["POWERTOOLS_SERVICE_NAME"] = encrypted()
                sealed += 1
    result = rewards("policy", "check", str(write(tmp_path / "export.json", body)))
    assert sealed > MANY_SECRETS
    assert result.exit_code == 0, result.stdout
    assert "no violations" in result.stdout


def test_an_encrypted_document_cannot_be_proved(rewards: Rewards, tmp_path: Path):
    body = created("dev")
    policy = next(one for one in body["deployment"]["resources"] if one["type"].endswith(":RolePolicy"))
    policy["inputs"]["policy"] = policy["outputs"]["policy"] = encrypted()
    result = rewards("policy", "check", str(write(tmp_path / "export.json", body)), "--json")
    assert result.exit_code == 1
    found = {(one["rule"], one["urn"]) for one in json.loads(result.stdout)["violations"]}
    assert ("isolation-unprovable", policy["urn"]) in found


def test_a_secret_in_an_unknown_form_ends_with_2(rewards: Rewards, tmp_path: Path):
    body = captured("dev").export()
    topic = next(one for one in body["deployment"]["resources"] if one["type"].endswith(":Topic"))
    topic["outputs"] = {**topic["outputs"], "policy": {next(iter(encrypted())): "1b47061264138c4ac30d75fd1eb44270"}}
    result = rewards("policy", "check", str(write(tmp_path / "export.json", body)))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"{topic['urn']}: outputs hold a secret in an unknown form" in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("format_", "part"),
    [("table", "dev: "), ("markdown", "### Policies: "), ("sarif", '"version": "2.1.0"'), ("json", '"violations": [')],
)
def test_each_format_can_be_written_to_a_file(rewards: Rewards, leaking: Path, tmp_path: Path, format_, part):
    out = tmp_path / "report"
    result = rewards("policy", "check", str(leaking), "--format", format_, "--out", str(out))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "violations, told in" in result.stderr
    assert part in out.read_text()


def test_a_report_that_cannot_be_written_ends_with_2(rewards: Rewards, leaking: Path, tmp_path: Path):
    result = rewards("policy", "check", str(leaking), "--out", str(tmp_path / "no" / "folder"))
    assert result.exit_code == 2
    assert "cannot write" in result.stderr


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[]", "not an export"),
        ('{"version": 4, "terraform_version": "1.9", "resources": []}', "version 4"),
        ('{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {}}', "version None"),
        ('{"version": 3, "deployment": {"resources": []}}', "no resources"),
        ('{"version": 3, "deployment": {"resources": [{"urn": "a::b::c::d", "type": "t", "inputs": 7}]}}', "inputs"),
    ],
)
def test_what_is_no_export_ends_with_2(rewards: Rewards, tmp_path: Path, content, message):
    path = tmp_path / "export.json"
    path.write_text(content)
    result = rewards("policy", "check", str(path))
    assert result.exit_code == 2
    assert message in result.stderr
    assert str(path) in result.stderr
    assert "Traceback" not in result.stderr


def test_a_missing_file_ends_with_2(rewards: Rewards, tmp_path: Path):
    result = rewards("policy", "check", str(tmp_path / "nothing.json"))
    assert result.exit_code == 2
    assert "No such file" in result.stderr


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{not json", "is not JSON"),
        ('{"Version": "2030-01-01", "Statement": []}', "has version '2030-01-01'; IAM knows 2012-10-17"),
        ('{"Version": "2012-10-17"}', "has no statements"),
    ],
)
def test_a_document_that_iam_would_refuse_ends_with_2(rewards: Rewards, tmp_path: Path, document, message):
    body = copy.deepcopy(captured("dev").export())
    policy = next(one for one in body["deployment"]["resources"] if one["type"].endswith(":RolePolicy"))
    policy["inputs"]["policy"] = policy["outputs"]["policy"] = document
    result = rewards("policy", "check", str(write(tmp_path / "export.json", body)))
    assert result.exit_code == 2
    assert message in " ".join(result.stdout.split())
    assert "cannot be read" in result.stderr


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose last but one commit has a matrix in which campaigns reaches less, and its first none."""
    monkeypatch.setattr(access, "capture", lambda stack, **_: captured(stack))
    page = (ROOT / policies.MATRIX).read_text()
    matrix = tmp_path / policies.MATRIX
    matrix.parent.mkdir()
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message", "nothing yet")
    matrix.write_text(page.replace("calls calculate<br>", "").replace("hears PointsCalculated", "hears PointsGuessed"))
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "a matrix")
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@localhost", "-c", "commit.gpgsign=false"]
    command = ["git", *identity, *arguments]
    subprocess.run(command, cwd=folder, check=True)


def test_a_preview_tells_what_changed_between_units(rewards: Rewards, repository: Path):
    result = rewards("preview", "--against", "HEAD", "--format", "markdown", "--root", str(repository))
    assert result.exit_code == 0
    assert "- **new:** earn-points calls calculate of points-calculation" in result.stdout
    assert "- gone: points-ledger hears PointsGuessed of points-calculation" in result.stdout


def test_everything_is_new_where_there_was_no_matrix(rewards: Rewards, repository: Path):
    result = rewards("preview", "--against", "HEAD~1", "--json", "--root", str(repository))
    body = json.loads(result.stdout)
    assert body["added"] == body["edges"]


def test_a_revision_that_does_not_exist_ends_with_2(rewards: Rewards, repository: Path):
    result = rewards("preview", "--against", "nowhere", "--root", str(repository))
    assert result.exit_code == 2
    assert "no such revision: nowhere" in result.stderr


def test_advice_from_the_pack_is_a_violation(monkeypatch: pytest.MonkeyPatch):
    """The SDK turns a failure of a policy into advice. It must not pass for a clean verdict."""
    said = policies.policy_pack.Diagnostic("isolation", "can't run policy during preview", "", mandatory=False)
    monkeypatch.setattr(policies.policy_pack.PackProcess, "judge", lambda _self, _states: [said])
    verdict = policies.policy_pack.judge(captured("dev").export(), preview=True)
    assert [one.message for one in verdict.violations] == ["can't run policy during preview"]
