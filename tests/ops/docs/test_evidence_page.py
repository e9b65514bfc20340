"""The page of what is shown: nothing on it that does not exist, and no judge without a promise."""

import msgspec
import pytest

from ops.docs import evidence_page
from ops.docs.evidence_page import Evidence, InvalidEvidence, Promise, evidence
from tests.conftest import ROOT


@pytest.fixture
def promises(monkeypatch: pytest.MonkeyPatch) -> list[Promise]:
    """The promises of the page, to be changed."""
    known = evidence()
    changed = list(known.promises)
    monkeypatch.setattr(evidence_page, "evidence", lambda: msgspec.structs.replace(known, promises=changed))
    return changed


def test_the_page_names_every_judge_and_promise():
    page = evidence_page.evidence_page(ROOT)
    assert all(f"| {one.promise} |" in page for one in evidence().promises)
    assert "| `api-models` | Every resource can be created" in page
    assert "(../tests/journeys/test_earn.py)" in page


def test_a_test_that_does_not_exist_is_refused(promises: list[Promise]):
    promises.append(Promise("It flies.", live=["tests/journeys/test_earn.py::test_it_flies"]))
    with pytest.raises(InvalidEvidence, match=r"there is no test .*::test_it_flies, which should show 'It flies.'"):
        evidence_page.evidence_page(ROOT)


def test_a_judge_that_does_not_exist_is_refused(promises: list[Promise]):
    promises.append(Promise("It flies.", judges=["gravity"]))
    with pytest.raises(InvalidEvidence, match="no judge is named 'gravity'; allowed: api-models"):
        evidence_page.evidence_page(ROOT)


def test_a_judge_without_a_promise_is_refused(promises: list[Promise]):
    promises[:] = [one for one in promises if "handlers" not in one.judges]
    with pytest.raises(InvalidEvidence, match="the judge 'handlers' shows no promise"):
        evidence_page.evidence_page(ROOT)


def test_a_promise_that_nothing_shows_is_refused(promises: list[Promise]):
    promises.append(Promise("It flies."))
    with pytest.raises(InvalidEvidence, match=r"nothing shows 'It flies\.'"):
        evidence_page.evidence_page(ROOT)


def test_unknown_keys_are_refused():
    with pytest.raises(msgspec.ValidationError, match="unknown field"):
        msgspec.convert({"promises": [], "accepted": [], "not_modelled": [], "more": []}, Evidence)
