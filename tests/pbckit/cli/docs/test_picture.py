"""The picture of a page is drawn between its marks, without what would hide the rest."""

import pytest

from pbckit.cli.docs.system_page import with_picture
from pbckit.sandbox.graph import Graph
from tests.conftest import ROOT

MARKED = "Before.\n\n<!-- picture: made by `make docs` -->\nstale\n<!-- end of picture -->\n\nAfter.\n"


def test_what_is_between_the_marks_is_drawn_anew_and_the_rest_stays(dev: Graph):
    page = with_picture(MARKED, dev)
    assert page.startswith("Before.\n\n<!-- picture")
    assert page.endswith("<!-- end of picture -->\n\nAfter.\n")
    assert "stale" not in page
    assert with_picture(page, dev) == page


def test_every_unit_but_operations_is_in_it_with_its_edges(dev: Graph):
    page = with_picture(MARKED, dev)
    assert 'points-ledger["points-ledger"]' in page
    assert 'cards == "PurchaseAuthorised, PurchasePosted" ==> earn-points' in page
    assert 'earn-points -- "calculate<br>estimate" --> points-calculation' in page
    assert "operations" not in page


def test_the_readme_has_it(dev: Graph):
    readme = (ROOT / "README.md").read_text()
    assert with_picture(readme, dev) == readme


@pytest.mark.parametrize("page", ["none", "<!-- picture: made by `make docs` -->\nnever ends\n"])
def test_a_page_without_marks_is_refused(page: str, dev: Graph):
    with pytest.raises(ValueError, match="no picture: the page must have"):
        with_picture(page, dev)
