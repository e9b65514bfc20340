"""The platform library and the policy pack name nothing of this application: any team can read and install them.

Imports are held by import-linter (`pyproject.toml`); this holds everything else: docstrings, messages, samples, data.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT, captured

SHARED = {"operations", "platform"}
"""Units that every program has, or may have."""
WORDS = r"rewards|ledger\w*|campaigns?|merchants?|purchases?|mcc|earn|earning|categorization|points[-_]\w+|member_id"
OF_THE_DOMAIN = r"Points[A-Z]\w*|Purchase[A-Z]\w*"
OF_AWS = {
    # What AWS, its provider and its SDK publish: names of services, actions and resource types.
    "policies/pbc_isolation/iam/actions.tsv",
    "policies/pbc_isolation/types/derived.json",
    "policies/pbc_isolation/types/reviewed.yaml",
    "policies/pbc_isolation/types/families.yaml",
}
TEXT = {".py", ".yaml", ".yml", ".json", ".tsv", ".md", ".toml", ".txt", ".in", ".html", ".css"}


def forbidden() -> re.Pattern[str]:
    """The names of the program's units, however they are written, and words of its domain."""
    units = {
        unit.name
        for kind in ("Pbc", "Offering", "Strangler")
        for unit in captured("dev").by_type(f"pbckit:infra:{kind}")
        if unit.name not in SHARED
    }
    assert "points-ledger" in units
    names = "|".join(sorted({*units, *(unit.replace("-", "_") for unit in units)}))
    return re.compile(rf"(?i:\b(?:{names}|{WORDS})\b)|\b(?:{OF_THE_DOMAIN})")


def named(tree: Path, pattern: re.Pattern[str]) -> Iterator[str]:
    """Each line below a folder that matches, with its place."""
    for path in sorted(tree.rglob("*")):
        place = path.relative_to(ROOT).as_posix()
        if path.suffix not in TEXT or ".egg-info" in place or place in OF_AWS:
            continue
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if pattern.search(line):
                yield f"{place}:{number}: {line.strip()}"


@pytest.mark.parametrize("tree", ["components", "policies"])
def test_the_library_and_the_pack_name_nothing_of_this_application(tree: str):
    assert list(named(ROOT / tree, forbidden())) == []


@pytest.mark.parametrize(
    "line",
    [
        "for example points-ledger",
        "from lambdas.points_ledger import x",
        "rewards:baseRate",
        "`PointsPosted`",
        "a Merchant",
    ],
)
def test_each_way_to_name_it_is_found(line: str):
    assert forbidden().search(line)
