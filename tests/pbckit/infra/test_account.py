"""A stack deploys into the configured account and no other; placeholders are for previews."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml

from pbckit.infra.account import PLACEHOLDER_ACCOUNTS, PlaceholderConfigured, check_account
from pbckit.infra.configuration import InvalidConfiguration
from pbckit.infra.environment import EMBEDDED, EnvironmentConfig
from pbckit.sandbox.program import capture
from tests.conftest import ROOT

OWN = "444455556666"
SHIPPED = {path.name.split(".")[1]: yaml.safe_load(path.read_text())["config"] for path in ROOT.glob("Pulumi.*.yaml")}
ON_AWS = sorted(stack for stack in SHIPPED if stack not in EMBEDDED)


@pytest.fixture(autouse=True)
def _project(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(pulumi, "get_project", lambda: "rewards")
    yield
    pulumi.runtime.set_all_config({})


def config(**changes: Any) -> EnvironmentConfig:
    values = {
        "project": "rewards", "environment": "dev", "account": OWN, "region": "eu-central-1",
        "log_retention_days": 14, "archive_retention_days": 30, "architecture": "arm64",
        "releases": "immediate", "maximum_concurrency": 5, "units": (),
        "repository": "acme/rewards",
    }  # fmt: skip
    return EnvironmentConfig(**{**values, **changes})


def allow(text: str | None) -> None:
    pulumi.runtime.set_all_config({} if text is None else {"aws:allowedAccountIds": text})


def dry_run(monkeypatch: pytest.MonkeyPatch, *, on: bool) -> list[str]:
    """Make this run a preview, or not; gives what the program warns of."""
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.runtime, "is_dry_run", lambda: on)
    monkeypatch.setattr(pulumi.log, "warn", warnings.append)
    return warnings


@pytest.mark.parametrize("text", [f'["{OWN}"]', f"[{OWN}]"], ids=["text", "as `config set --path` writes it"])
def test_the_account_that_the_provider_takes_is_the_configured_one(text: str):
    allow(text)
    check_account(config())


@pytest.mark.parametrize("text", [None, "", "[]", OWN, '["111122223333"]', f'["{OWN}", "111122223333"]', '{"a": 1}'])
@pytest.mark.parametrize("environment", ["dev", "local"])
def test_a_provider_that_takes_another_account_is_refused_in_one_line(text: str | None, environment: str):
    allow(text)
    with pytest.raises(InvalidConfiguration) as error:
        check_account(config(environment=environment))
    line = str(error.value)
    assert "\n" not in line
    assert line.startswith("aws:allowedAccountIds is ")
    assert line.endswith(f'; allowed: ["{OWN}"], the account of rewards:account')


@pytest.mark.parametrize(
    ("changes", "found", "remedy"),
    [
        (
            {"account": "111111111111"},
            "rewards:account is '111111111111'",
            "set the 12 digits of your AWS account there and in aws:allowedAccountIds",
        ),
        (
            {"repository": "example/rewards"},
            "rewards:repository is 'example/rewards'",
            "set your own as owner/name, or remove the line: then no pipeline may deploy",
        ),
    ],
    ids=["account", "repository"],
)
def test_a_placeholder_is_not_deployed_and_a_preview_warns_of_it(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, str], found: str, remedy: str
):
    line = f"{found}, the placeholder of the shipped stack files; {remedy}"
    wrong = config(**changes)
    allow(f'["{wrong.account}"]')
    dry_run(monkeypatch, on=False)
    with pytest.raises(PlaceholderConfigured) as error:
        check_account(wrong)
    assert str(error.value) == line
    warnings = dry_run(monkeypatch, on=True)
    check_account(wrong)
    assert warnings == [line]


def test_the_embedded_aws_takes_placeholders(monkeypatch: pytest.MonkeyPatch):
    dry_run(monkeypatch, on=False)
    allow('["000000000000"]')
    check_account(config(environment="local", account="000000000000", repository="example/rewards"))


def test_without_a_repository_nothing_is_a_placeholder(monkeypatch: pytest.MonkeyPatch):
    dry_run(monkeypatch, on=False)
    allow(f'["{OWN}"]')
    check_account(config(repository=None))


@pytest.mark.parametrize("error", [PlaceholderConfigured, InvalidConfiguration])
def test_either_ends_the_program_without_a_traceback(error: type[Exception]):
    assert issubclass(error, pulumi.RunError)


@pytest.mark.parametrize("stack", SHIPPED)
def test_every_shipped_stack_names_its_account_for_the_provider(stack: str):
    assert SHIPPED[stack]["aws:allowedAccountIds"] == [SHIPPED[stack]["rewards:account"]]


@pytest.mark.parametrize("stack", ON_AWS)
def test_what_is_shipped_for_aws_are_placeholders(stack: str):
    assert SHIPPED[stack]["rewards:account"] in PLACEHOLDER_ACCOUNTS
    assert SHIPPED[stack]["rewards:repository"] == "example/rewards"


def test_the_program_as_shipped_previews_and_does_not_deploy(capfd: pytest.CaptureFixture[str]):
    """A preview says nothing of it either: without an engine there is nobody to warn."""
    assert capture("dev", preview=True).resources
    made: list[Any] = []
    with pytest.raises(PlaceholderConfigured, match="rewards:account is '111111111111'"):
        capture("dev", preview=False, provision=made.append)
    assert not made
    assert capfd.readouterr().err == ""


def test_the_program_deploys_once_its_own_values_are_set():
    own = {"rewards:account": OWN, "aws:allowedAccountIds": f'["{OWN}"]', "rewards:repository": "acme/rewards"}
    assert capture("dev", preview=False, config=own, root=Path(ROOT)).resources
