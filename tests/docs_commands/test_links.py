"""A relative link of a page leads to a file that is there, and so does a picture."""

import re

import pytest

from tests.conftest import ROOT
from tests.docs_commands.blocks import PAGES

_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_PICTURE = re.compile(r'\bsrc(?:set)?="([^"]+)"')


@pytest.mark.parametrize("page", [*PAGES, "SECURITY.md"])
def test_links_lead_somewhere(page: str):
    place = ROOT / page
    named = [*_LINK.findall(place.read_text()), *_PICTURE.findall(place.read_text())]
    targets = [one for one in named if not one.startswith(("http:", "https:", "mailto:"))]
    assert [one for one in targets if not (place.parent / one).exists()] == []


def test_the_index_names_every_page():
    index = (ROOT / "docs/README.md").read_text()
    pages = [page.removeprefix("docs/") for page in PAGES if page.startswith("docs/")]
    assert [page for page in pages if page != "README.md" and f"({page})" not in index] == []
