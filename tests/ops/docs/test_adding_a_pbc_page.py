"""The page shows files as they are made."""

import shutil
from pathlib import Path

import pytest

from ops.docs.adding_a_pbc_page import PAGE, adding_page
from ops.pbc_template.command import purchases
from pbckit.cli.errors import OperatorError
from pbckit.cli.new.rendering import rendered
from tests.conftest import ROOT
from tests.ops.conftest import Rewards


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with an empty page, and the settings of ruff."""
    for file in (Path("pyproject.toml"), PAGE):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


def test_a_shown_file_is_replaced_and_all_else_stays(root: Path):
    block = 'Before.\n\n```python title="lambdas/badges/__init__.py"\n{}```\n\n```sh\nmake\n```\n'
    for shown in ("", "old = 1\n"):
        (root / PAGE).write_text(block.format(shown))
        assert adding_page(root) == block.format('"""badges at run time."""\n')


def test_the_page_shows_what_runs_whole():
    page = (ROOT / PAGE).read_text()
    for path, text in rendered(ROOT, "badges", purchases()).items():
        if path.suffix == ".py" and path.name != "__init__.py":
            assert f'title="{path}"\n{text}```' in page


def test_a_file_that_is_not_made_cannot_be_shown(root: Path):
    (root / PAGE).write_text('```python title="lambdas/badges/handler.py"\n```\n')
    with pytest.raises(OperatorError, match=r"shows lambdas/badges/handler\.py, which is none of: .*tally\.py"):
        adding_page(root)


def test_the_command_says_no_in_one_line_and_ends_with_2(rewards: Rewards):
    result = rewards("new-pbc", "deploy")

    assert result.exit_code == 2
    assert result.stderr.startswith("error: 'deploy' cannot be a PBC's name: ")
    assert result.stderr.count("\n") == 1
    assert not (ROOT / "pbcs/deploy").exists()
