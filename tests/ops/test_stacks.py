"""`rewards stacks check`: a unit that two stacks manage is found before both remove what the other made."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.environment import InvalidConfiguration
from ops import stacks
from tests.conftest import captured
from tests.ops.conftest import Rewards


@pytest.fixture(autouse=True)
def shipped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stacks of all units and of one, without running the program again for each."""

    def outputs(stack: str, **_: Any) -> Any:
        if stack == "dev-vouchers":
            raise InvalidConfiguration("the stack's name", stack, "dev, or dev- and a unit")
        of_all = captured("dev")
        unit = stack.partition("-")[2]
        return of_all if not unit else type("One", (), {"outputs": {"units": [unit]}})

    monkeypatch.setattr(stacks, "capture", outputs)


def check(rewards: Rewards, tmp_path: Path, *names: str) -> tuple[int, Any, str]:
    listed = tmp_path / "stacks.json"
    listed.write_text(json.dumps([{"name": name, "current": False} for name in names]))
    result = rewards("stacks", "check", str(listed), "--json")
    return result.exit_code, json.loads(result.stdout) if result.stdout else None, result.stderr


def test_a_stack_for_each_unit_is_fine(rewards: Rewards, tmp_path: Path):
    code, found, _ = check(rewards, tmp_path, "dev-platform", "org/rewards/dev-campaigns", "staging-campaigns")
    assert (code, found) == (0, {"stacks": 3, "contested": []})


def test_a_unit_of_two_stacks_is_named_with_both(rewards: Rewards, tmp_path: Path):
    code, found, _ = check(rewards, tmp_path, "dev", "dev-campaigns")
    assert code == 1
    assert found["contested"] == [{"environment": "dev", "unit": "campaigns", "stacks": ["dev", "dev-campaigns"]}]
    shown = rewards("stacks", "check", str(tmp_path / "stacks.json"))
    assert (shown.exit_code, "dev, dev-campaigns" in shown.stdout) == (1, True)


def test_a_stack_of_an_unknown_unit_is_told(rewards: Rewards, tmp_path: Path):
    code, _, told = check(rewards, tmp_path, "dev-vouchers")
    assert (code, "dev-vouchers" in told) == (2, True)


def test_a_stack_without_an_environment_is_told(rewards: Rewards, tmp_path: Path):
    code, _, told = check(rewards, tmp_path, "nowhere")
    assert (code, "stack 'nowhere' does not exist" in told) == (2, True)


@pytest.mark.parametrize("text", ["", "{}", '[{"title": "dev"}]', '["dev"]'])
def test_what_is_no_list_of_stacks_is_told(rewards: Rewards, tmp_path: Path, text: str):
    listed = tmp_path / "stacks.json"
    listed.write_text(text)
    result = rewards("stacks", "check", str(listed))
    assert (result.exit_code, "pulumi stack ls --json" in result.stderr) == (2, True)
