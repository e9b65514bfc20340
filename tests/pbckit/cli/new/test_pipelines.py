"""The pipelines of a new program are this project's, under its name and with the command `pbc`."""

from pathlib import Path

import pytest

from pbckit.cli.new.rendering import PROGRAM
from tests.conftest import ROOT

SHARED = [
    "actions/setup/action.yml",
    "dependabot.yml",
    "workflows/deploy-environment.yml",
    "workflows/deploy.yml",
    "workflows/pull-request.yml",
    "workflows/unit-environment.yml",
    "workflows/unit.yml",
    "zizmor.yml",
]
RENAMED = {
    ".venv/bin/rewards": ".venv/bin/pbc",
    "`rewards ": "`pbc ",
    "role/rewards-": "role/program-name-",
    "{rewards:": "{program-name:",
    '"/components/pbckit/runtime", ': "",
    "      - components/pbckit/runtime/**\n": "",  # the library is installed there
}


def expected(file: str) -> str:
    text = (ROOT / ".github" / file).read_text()
    for ours, theirs in RENAMED.items():
        text = text.replace(ours, theirs)
    return text


def test_all_of_them_are_compared():
    assert sorted(str(path.relative_to(PROGRAM / ".github")) for path in (PROGRAM / ".github").rglob("*.yml")) == SHARED


@pytest.mark.parametrize("file", SHARED)
def test_a_file_says_what_this_projects_says(file: str):
    template: Path = PROGRAM / ".github" / file
    assert template.read_text() == expected(file), f"{template}: take over what changed in .github/{file}"
    assert "rewards" not in template.read_text()
