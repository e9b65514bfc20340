"""A relative link of a page leads to a file that is there."""

import re

import pytest

from tests.conftest import ROOT
from tests.docs_commands.blocks import PAGES

_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", [*PAGES, "SECURITY.md"])
def test_links_lead_somewhere(page: str):
    place = ROOT / page
    targets = [one for one in _LINK.findall(place.read_text()) if not one.startswith(("http:", "https:", "mailto:"))]
    assert [one for one in targets if not (place.parent / one).exists()] == []


def test_the_index_names_every_page():
    index = (ROOT / "docs/README.md").read_text()
    pages = [page.removeprefix("docs/") for page in PAGES if page.startswith("docs/")]
    assert [page for page in pages if page != "README.md" and f"({page})" not in index] == []
