"""`rewards judge`: findings with value, what is allowed and source, for people and machines; exit codes."""

import copy
import json

import pytest

from pbckit.cli.deployment import judge
from tests.conftest import captured
from tests.ops.conftest import Rewards

FUNCTION = "aws:lambda/function:Function"


@pytest.fixture
def misspelt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The program of dev, in which one function names a handler that does not exist."""
    graph = copy.deepcopy(captured("dev"))
    graph.one(FUNCTION, "campaigns-bonuses-function").inputs["handler"] = "lambdas.campaigns.bonus.handler"
    monkeypatch.setattr(judge, "capture", lambda *_, **__: graph)


@pytest.fixture
def as_shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "capture", lambda *_, **__: captured("dev"))


def test_a_program_without_findings_exits_with_0(rewards: Rewards, as_shipped: None):
    result = rewards("judge", "--only", "handlers", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"dev": {"handlers": []}}


def test_a_finding_says_where_what_and_what_is_allowed(rewards: Rewards, misspelt: None):
    result = rewards("judge", "--only", "handlers")
    assert result.exit_code == 1
    assert (
        "aws:lambda/function:Function campaigns-bonuses-function handler: campaigns.zip has no module" in result.stdout
    )
    assert "  value    lambdas.campaigns.bonus.handler\n  allowed  lambdas.campaigns.bonuses.handler," in result.stdout


def test_a_finding_as_json(rewards: Rewards, misspelt: None):
    result = rewards("judge", "--only", "handlers", "--json")
    assert result.exit_code == 1
    (found,) = json.loads(result.stdout)["dev"]["handlers"]
    assert found.keys() == {"resource", "property", "problem", "value", "allowed", "source"}


def test_an_unknown_judge_is_one_clear_line(rewards: Rewards):
    result = rewards("judge", "--only", "handler")
    assert result.exit_code == 2
    assert "there is no judge 'handler'; allowed: api-models, handlers," in result.stderr


def test_an_unknown_stack_is_one_clear_line(rewards: Rewards):
    result = rewards("judge", "--stack", "nowhere")
    assert result.exit_code == 2
    assert "stack 'nowhere' does not exist; there are: dev" in result.stderr
