"""Every sample of the eight kinds, and of false alarms, is in the corpus with its variations, in every phase."""

from collections import Counter

import pytest

from tests.policies.leaks.false_alarms import FALSE_ALARMS
from tests.policies.leaks.phases import AWS, KNOWN, PHASES
from tests.policies.leaks.samples import LEAKS_OF_KINDS, ONLY_WHEN_KNOWN, SAMPLES

VARIATIONS = 3
SAMPLES_BY_KIND = {1: 7, 2: 2, 3: 4, 4: 4, 5: 6, 6: 5, 7: 6, 8: 2}
MANY_FALSE_ALARMS = 10
BY_NAME = {case.what: case for case in LEAKS_OF_KINDS}


def test_no_two_leaks_have_one_name():
    assert [what for what, count in Counter(case.what for case in LEAKS_OF_KINDS).items() if count > 1] == []


def test_every_sample_of_every_kind_is_there():
    assert Counter(kind for kind, _ in SAMPLES) == SAMPLES_BY_KIND


@pytest.mark.parametrize(("kind", "sample"), SAMPLES, ids=str)
def test_a_sample_has_its_variations_in_every_phase(kind, sample):
    cases = [BY_NAME[what] for what in dict.fromkeys(SAMPLES[kind, sample])]
    assert {case.kind for case in cases} == {kind}
    phases = (KNOWN, AWS) if sample == ONLY_WHEN_KNOWN else PHASES
    counted = Counter(phase for case in cases for phase in case.phases)
    assert all(counted[phase] > VARIATIONS for phase in phases)


def test_every_false_alarm_has_its_variations_in_every_phase():
    assert len(FALSE_ALARMS) == MANY_FALSE_ALARMS
    for sample, cases in FALSE_ALARMS:
        counted = Counter(phase for case in cases for phase in case.phases)
        assert all(counted[phase] > VARIATIONS for phase in PHASES), sample
