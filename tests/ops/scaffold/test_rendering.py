"""What the templates become: under any name, the files that a person would have written."""

import subprocess
import sys
from pathlib import Path

import pytest

from ops.pbc_template.rendering import TEMPLATES, rendered
from pbckit.cli.errors import OperatorError
from tests.conftest import ROOT

KIT = (ROOT / "components/pbckit/runtime/requirements.txt").read_text()


def test_all_files_of_a_slice_are_made():
    assert {str(path) for path in rendered(ROOT, "gift-cards")} == {
        ".github/workflows/gift-cards.yml",
        "contracts/expectations/gift-cards.yaml",
        "contracts/gift_cards.py",
        "lambdas/gift_cards/__init__.py",
        "lambdas/gift_cards/model.py",
        "lambdas/gift_cards/note_purchase.py",
        "lambdas/gift_cards/requirements.in",
        "lambdas/gift_cards/requirements.txt",
        "lambdas/gift_cards/standing.py",
        "lambdas/gift_cards/store.py",
        "pbcs/gift_cards/README.md",
        "pbcs/gift_cards/__init__.py",
        "tests/lambdas/gift_cards/__init__.py",
        "tests/lambdas/gift_cards/test_standing.py",
    }


def test_no_placeholder_stays():
    assert [
        path for path, text in rendered(ROOT, "gift-cards").items() if "unit-name" in text or "unit_name" in text
    ] == []


def test_what_is_pinned_for_the_kit_is_pinned_for_it():
    files = rendered(ROOT, "gift-cards")
    assert files[Path("lambdas/gift_cards/requirements.in")] == "-r ../kit/requirements.in\n"
    assert files[Path("lambdas/gift_cards/requirements.txt")] == KIT


@pytest.mark.parametrize("name", ["accounts", "kin", "tiers", "zones"])
def test_imports_are_in_order_whatever_the_name(name: str):
    """Before `cards` and after it, before `kit` and after it."""
    for path, text in rendered(ROOT, name).items():
        if path.suffix == ".py":
            assert ruff("check", path, text) == 0, text
            assert ruff("format --check", path, text) == 0, text


def ruff(command: str, path: Path, text: str) -> int:
    arguments = [sys.executable, "-m", "ruff", *command.split(), "--stdin-filename", str(path), "-"]
    return subprocess.run(arguments, cwd=ROOT, input=text, text=True, capture_output=True, check=False).returncode


def test_a_template_that_is_no_python_is_named(tmp_path: Path):
    broken = tmp_path / TEMPLATES / "contracts/unit_name.py"
    broken.parent.mkdir(parents=True)
    broken.write_text("class :\n")
    kit = tmp_path / "components/pbckit/runtime/requirements.txt"
    kit.parent.mkdir(parents=True)
    kit.write_text(KIT)

    with pytest.raises(OperatorError, match=r"contracts/tiers\.py"):
        rendered(tmp_path, "tiers")


def test_a_file_that_is_missing_is_named(tmp_path: Path):
    with pytest.raises(OperatorError, match=r"cannot read .*requirements\.txt"):
        rendered(tmp_path, "tiers")
