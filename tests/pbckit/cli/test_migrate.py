"""`pbc migrate` finds the facade and the stack of whatever program it works on."""

import pytest

from contracts.categorization_facade import LIST_MISMATCHES, MIGRATION, STEER
from pbckit.cli.errors import OperatorError
from pbckit.cli.migration import facade as module
from pbckit.cli.migration.facade import facade_of


@pytest.mark.parametrize("name", [None, "categorization-facade"])
def test_the_only_facade_is_meant(name: str | None):
    found = facade_of(name)
    assert (found.migration, found.steer, found.list_mismatches) == (MIGRATION, STEER, LIST_MISMATCHES)


def test_a_unit_that_is_no_facade_is_refused():
    with pytest.raises(OperatorError, match=r"^no facade 'campaigns'; there are: categorization-facade$"):
        facade_of("campaigns")


@pytest.mark.parametrize(("there", "listed"), [((), "none"), (("one", "two"), "one, two")])
def test_of_none_or_several_one_must_be_named(monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...], listed: str):
    monkeypatch.setattr(module.catalogue, "facades", lambda: there)
    with pytest.raises(OperatorError, match=f"--facade; there are: {listed}$"):
        facade_of()
