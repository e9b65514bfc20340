"""Which names a new PBC can have."""

import pytest

from pbckit.cli.new.naming import UnusableName, longest_name, require_usable
from pbckit.infra.environment import ENVIRONMENTS
from pbckit.infra.names import LIMIT, Names
from tests.conftest import ROOT

MOST = longest_name(ROOT)


@pytest.mark.parametrize("name", ["gift-cards", "tiers2", "match", "store", "tally", "workflows", "a", "z" * MOST])
def test_other_names_can_be_used(name: str):
    require_usable(ROOT, name)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "it is not kebab-case"),
        ("Tiers", "it is not kebab-case"),
        ("gift_cards", "it is not kebab-case"),
        ("gift--cards", "it is not kebab-case"),
        ("-tiers", "it is not kebab-case"),
        ("2tiers", "it is not kebab-case"),
        ("../tiers", "it is not kebab-case"),
        ("tiers\n", "it is not kebab-case"),
        ("z" * (MOST + 1), f"its {MOST + 1} characters leave no room for the names of functions"),
        ("deploy", "the names of deployment roles"),
        ("platform", "there is a unit of that name"),
        ("operations", "there is a unit of that name"),
        ("points-ledger", "there is a unit of that name"),
        ("earn-points", "there is a unit of that name"),
        ("categorization-facade", "there is a unit of that name"),
        ("legacy-rewards", "there is a unit of that name"),
        ("class", "it is a keyword of Python"),
        ("import", "it is a keyword of Python"),
        ("ops", "ops/ is a package of this project"),
        ("policies", "policies/ is a package of this project"),
        ("cards", "contracts/cards.py is there already"),
        ("schemas", "contracts/schemas is there already"),
        ("conftest", "tests/lambdas/conftest.py is there already"),
        ("pull-request", ".github/workflows/pull-request.yml is there already"),
    ],
)
def test_a_name_that_cannot_be_used_is_refused_with_its_reason(name: str, problem: str):
    with pytest.raises(UnusableName) as refusal:
        require_usable(ROOT, name)

    assert str(refusal.value).startswith(f"{name!r} cannot be a PBC's name: ")
    assert problem in str(refusal.value)
    assert f"Allowed: kebab-case, at most {MOST} characters" in str(refusal.value)
    assert refusal.value.exit_code == 2


def test_functions_keep_their_whole_names_in_every_environment():
    lengths = [
        len(Names(project="rewards", environment=one, unit="z" * MOST, account="", region="").physical("count-events"))
        for one in ENVIRONMENTS
    ]
    assert max(lengths) == LIMIT


def test_the_page_tells_the_longest_name():
    assert f"at most {MOST} characters" in (ROOT / "docs/adding-a-pbc.md").read_text()
