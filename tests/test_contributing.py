"""What a contributor's tools are told is true: files exist, versions are the pinned ones, owners own something."""

import json
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
HOOKS = [
    hook for repo in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"] for hook in repo["hooks"]
]


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_runs_what_the_environment_pins_and_what_make_check_runs(hook: dict[str, str]):
    program = hook["entry"].split()[0]
    assert program.startswith(".venv/bin/")
    assert hook["language"] == "system", "nothing is downloaded"
    tool = {"lint-imports": "import-linter"}.get(Path(program).name, Path(program).name)
    assert f"\n{tool}==" in f"\n{(ROOT / 'requirements.txt').read_text()}"
    assert f"$(BIN)/{Path(program).name}" in (ROOT / "Makefile").read_text()


def test_the_development_container_installs_by_a_target_that_exists():
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())
    program, target = container["postCreateCommand"].split()
    assert (program, f"\n{target}: " in (ROOT / "Makefile").read_text()) == ("make", True)


@pytest.mark.parametrize("form", sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml")), ids=lambda path: path.stem)
def test_an_issue_form_has_what_github_requires(form: Path):
    content = yaml.safe_load(form.read_text())
    if form.stem == "config":
        assert set(content) <= {"blank_issues_enabled", "contact_links"}
        return
    assert content["name"]
    assert content["description"]
    ids = [part["id"] for part in content["body"] if part["type"] != "markdown"]
    assert len(ids) == len(set(ids))
    assert all(part["attributes"]["label"] for part in content["body"])


def test_code_owners_are_of_folders_that_are_there():
    lines = [line.split() for line in (ROOT / ".github/CODEOWNERS").read_text().splitlines()]
    rules = [line for line in lines if line and not line[0].startswith("#")]
    assert rules[0][0] == "*"
    for path, *owners in rules:
        assert owners
        assert all(one.startswith("@") for one in owners)
        assert path == "*" or (ROOT / path.strip("/")).is_dir(), path
