"""`rewards stacks`: a unit that two stacks manage is found before both remove what the other made."""

import json
from pathlib import Path
from typing import Any

import pytest

from pbckit.cli.deployment import stacks
from pbckit.infra.configuration import InvalidConfiguration
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


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with one environment and one unit."""
    (tmp_path / "Pulumi.yaml").write_text("name: rewards\n")
    (tmp_path / "Pulumi.dev.yaml").write_text("config:\n  # A comment.\n  rewards:environment: dev\n")
    (tmp_path / "pbcs/points_ledger").mkdir(parents=True)
    (tmp_path / "pbcs/points_ledger/__init__.py").touch()
    return tmp_path


@pytest.mark.parametrize("unit", ["points-ledger", "platform", "operations"])
def test_a_stack_of_a_unit_gets_the_configuration_of_its_environment(rewards: Rewards, root: Path, unit: str):
    result = rewards("stacks", "configure", f"dev-{unit}", "--root", str(root))
    assert (result.exit_code, result.stdout) == (0, f"wrote Pulumi.dev-{unit}.yaml, as Pulumi.dev.yaml\n")
    assert (root / f"Pulumi.dev-{unit}.yaml").read_text() == (root / "Pulumi.dev.yaml").read_text()


@pytest.mark.parametrize("stack", ["dev-points-ledger", "dev"])
def test_what_a_stack_has_stays(rewards: Rewards, root: Path, stack: str):
    (root / f"Pulumi.{stack}.yaml").write_text("config: {}\n")
    result = rewards("stacks", "configure", stack, "--root", str(root))
    assert (result.exit_code, result.stdout) == (0, f"Pulumi.{stack}.yaml is there already\n")
    assert (root / f"Pulumi.{stack}.yaml").read_text() == "config: {}\n"


@pytest.mark.parametrize(
    ("stack", "message"),
    [
        (
            "dev-vouchers",
            "stack 'dev-vouchers' is of no unit; allowed: dev- and one of platform, operations, points-led",
        ),
        ("qa-platform", "stack 'qa' does not exist; there are: dev"),
        ("qa", "stack 'qa' does not exist; there are: dev"),
    ],
)
def test_there_is_no_configuration_for_what_does_not_exist(rewards: Rewards, root: Path, stack: str, message: str):
    result = rewards("stacks", "configure", stack, "--root", str(root))
    assert (result.exit_code, message in result.stderr.replace("\n", " ")) == (2, True)
    assert not (root / f"Pulumi.{stack}.yaml").exists()


def test_units_are_listed_for_pipelines(rewards: Rewards, root: Path):
    result = rewards("stacks", "units", "--root", str(root))
    assert (result.exit_code, json.loads(result.stdout)) == (0, ["platform", "operations", "points-ledger"])
