"""What the templates become: under any name, the files that a person would have written."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from pbckit.cli.errors import OperatorError
from pbckit.cli.new.consumed import consumed
from pbckit.cli.new.rendering import rendered
from tests.conftest import ROOT

OF = consumed("cards.PurchasePosted", "member_id")


def test_all_files_of_a_slice_are_made():
    assert {str(path) for path in rendered(ROOT, "gift-cards", OF)} == {
        ".github/workflows/gift-cards.yml",
        "contracts/expectations/gift-cards.yaml",
        "contracts/gift_cards.py",
        "lambdas/gift_cards/__init__.py",
        "lambdas/gift_cards/model.py",
        "lambdas/gift_cards/count_events.py",
        "lambdas/gift_cards/tally.py",
        "lambdas/gift_cards/store.py",
        "pbcs/gift_cards/README.md",
        "pbcs/gift_cards/__init__.py",
        "tests/lambdas/gift_cards/__init__.py",
        "tests/lambdas/gift_cards/test_tally.py",
    }


def test_no_placeholder_stays():
    placeholder = re.compile("unit[-_]?name|event[-_]?name|source[-_]?name|field[-_](name|schema)", re.IGNORECASE)
    assert [path for path, text in rendered(ROOT, "gift-cards", OF).items() if placeholder.search(text)] == []


@pytest.mark.parametrize("name", ["accounts", "kin", "tiers", "zones"])
def test_imports_are_in_order_whatever_the_name(name: str):
    """Before `cards` and after it, before `kit` and after it."""
    for path, text in rendered(ROOT, name, OF).items():
        if path.suffix == ".py":
            assert ruff("check", path, text) == 0, text
            assert ruff("format --check", path, text) == 0, text


def ruff(command: str, path: Path, text: str) -> int:
    arguments = [sys.executable, "-m", "ruff", *command.split(), "--stdin-filename", str(path), "-"]
    return subprocess.run(arguments, cwd=ROOT, input=text, text=True, capture_output=True, check=False).returncode


def test_a_template_that_is_no_python_is_named(tmp_path: Path):
    broken = tmp_path / "contracts/unit_name.py"
    broken.parent.mkdir(parents=True)
    broken.write_text("class :\n")

    with pytest.raises(OperatorError, match=r"contracts/tiers\.py"):
        rendered(ROOT, "tiers", OF, tmp_path)


def test_an_installation_without_templates_is_named(tmp_path: Path):
    with pytest.raises(OperatorError, match=r"pbc is missing: the installation is incomplete; install pbckit anew"):
        rendered(ROOT, "tiers", OF, tmp_path / "pbc")


def test_what_it_consumes_stands_in_its_place():
    files = rendered(ROOT, "tiers", OF)
    expected = files[Path("contracts/expectations/tiers.yaml")]
    assert "  cards.PurchasePosted:\n" in expected
    assert "    data.member_id: {pattern: '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$', type: string}\n" in expected
    assert "class TiersChanged(Event" in files[Path("contracts/tiers.py")]


@pytest.mark.parametrize(
    ("contract", "field", "problem"),
    [
        ("cards.Nothing", None, "no event 'cards.Nothing' to consume; there are: campaigns.CampaignChanged, "),
        ("cards.PurchasePosted", "color", "cards.PurchasePosted has no field 'color'; there are: amount, "),
        ("cards.PurchasePosted", "merchant", "cards.PurchasePosted cannot be counted by merchant: "),
        ("cards.PurchasePosted", "posted_at", "cards.PurchasePosted cannot be counted by posted_at: "),
    ],
)
def test_what_cannot_be_counted_is_refused(contract: str, field: str | None, problem: str):
    with pytest.raises(OperatorError) as refusal:
        consumed(contract, field)
    assert str(refusal.value).startswith(problem)


def test_by_default_it_counts_what_comes_from_outside_by_what_it_is_about():
    first = consumed(None, None)
    assert (first.contract, first.field) == ("cards.PurchasePosted", "id")
