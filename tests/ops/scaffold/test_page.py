"""The page shows files as they are made."""

import shutil
from pathlib import Path

import pytest

from ops.docs.adding_a_pbc_page import PAGE, adding_page
from ops.pbc_template.rendering import TEMPLATES, rendered
from pbckit.cli.errors import OperatorError
from tests.conftest import ROOT


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with templates and an empty page."""
    shutil.copytree(ROOT / TEMPLATES, tmp_path / TEMPLATES)
    for file in (Path("components/pbckit/runtime/requirements.txt"), Path("pyproject.toml"), PAGE):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    return tmp_path


def test_a_shown_file_is_replaced_and_all_else_stays(root: Path):
    block = 'Before.\n\n```python title="lambdas/tiers/__init__.py"\n{}```\n\n```sh\nmake\n```\n'
    for shown in ("", "old = 1\n"):
        (root / PAGE).write_text(block.format(shown))
        assert adding_page(root) == block.format('"""tiers at run time."""\n')


def test_the_page_shows_what_runs_whole():
    page = (ROOT / PAGE).read_text()
    for path, text in rendered(ROOT, "tiers").items():
        if path.suffix == ".py" and path.name != "__init__.py":
            assert f'title="{path}"\n{text}```' in page


def test_a_file_that_is_not_made_cannot_be_shown(root: Path):
    (root / PAGE).write_text('```python title="lambdas/tiers/handler.py"\n```\n')
    with pytest.raises(OperatorError, match=r"shows lambdas/tiers/handler\.py, which is none of: .*standing\.py"):
        adding_page(root)
