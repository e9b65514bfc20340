"""The page about the proof counts what is there: a figure that is typed and not counted fails."""

import pytest

from tests.conftest import ROOT
from tests.policies.leaks.corpus import LEAKS
from tests.policies.leaks.false_alarms import HARMLESS_THINGS
from tests.policies.leaks.harmless import HARMLESS
from tests.policies.leaks.samples import LEAKS_OF_KINDS, SAMPLES
from tests.policies.mutations.table import MUTATIONS

FIGURES = [
    f"Of {len(LEAKS) + len(LEAKS_OF_KINDS)} leaks none passed (recall 100 %)",
    f"and of {len(HARMLESS) + len(HARMLESS_THINGS)} harmless",
    f"| {len(LEAKS)} leaks in the captured program",
    f"| {len(HARMLESS)} harmless changes of the same program",
    f"| {len(LEAKS_OF_KINDS)} leaks of kinds that lists miss",
    f"{len(SAMPLES)} samples with at least three variations each",
    f"| {len(HARMLESS_THINGS)} ordinary things of a team",
    f"| {len(MUTATIONS)} checks, each switched off",
]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_of_the_page_is_what_is_counted(figure):
    assert figure in (ROOT / "docs/isolation.md").read_text()
