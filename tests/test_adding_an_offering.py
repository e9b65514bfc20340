"""`docs/adding-an-offering.md` lists what an offering is made of: exactly that, and nothing of a PBC."""

import re

from contracts.points_ledger import REVERSE_REDEMPTION
from pbckit.contracts import catalogue
from tests.conftest import ROOT

PAGE = (ROOT / "docs/adding-an-offering.md").read_text()
OFFERING = "return-reward"
_ROW = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)
_IGNORED = {".git", ".venv", "dist", "docs", "schemas", "__pycache__"}


def test_the_page_lists_the_files_of_the_offering_and_no_others():
    named = re.compile(OFFERING.replace("-", "[-_]"))
    found = {
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*")
        if path.is_file() and named.search(str(path.relative_to(ROOT))) and not _IGNORED & {*path.parts}
    }
    assert set(_ROW.findall(PAGE)) == found


def test_no_code_of_a_pbc_knows_the_offering():
    rooms = [ROOT / room for room in ("pbcs", "lambdas", "components")]
    knowing = [
        str(path.relative_to(ROOT))
        for room in rooms
        for path in room.rglob("*.py")
        if re.search("return[-_]reward|RewardReturned", path.read_text())
    ]
    assert knowing == []


def test_the_page_quotes_the_contract_that_opens_the_capability():
    (line,) = re.findall(r"^\+(.*)$", PAGE, re.MULTILINE)
    assert line in (ROOT / "contracts/points_ledger.py").read_text().splitlines()
    assert catalogue.callable_by(OFFERING) == (REVERSE_REDEMPTION,)
