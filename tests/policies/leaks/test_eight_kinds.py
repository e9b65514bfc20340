"""Leaks of the kinds that lists miss are blocked in every phase, and ordinary infrastructure passes in every phase."""

from collections import Counter

import pytest

from pbc_isolation.engine import judge
from pbc_isolation.rules import every_rule
from tests.policies.leaks.false_alarms import HARMLESS_THINGS
from tests.policies.leaks.phases import KNOWN, PHASES, Case, Phased
from tests.policies.leaks.samples import LEAKS_OF_KINDS
from tests.policies.test_engine import SETTINGS
from tests.policies.test_property_names import wrong

RULES = {rule.id: rule for rule in every_rule()}
OF_ISOLATION = [rule for rule in every_rule() if not rule.id.startswith("operations-")]
FEWEST, FEWEST_ORDINARY = {1: 35, 2: 15, 3: 19, 4: 16, 5: 39, 6: 55, 7: 38, 8: 12}, 100


def _in_phases(cases: tuple[Case, ...]):
    return [pytest.param(case, phase, id=f"{case.what}, {phase}") for case in cases for phase in case.phases]


def _found(case: Case, phase: str, rules):
    stack = Phased(phase)
    case.change(stack)
    return judge(stack.resources(), SETTINGS, rules)


@pytest.mark.parametrize(("case", "phase"), _in_phases(LEAKS_OF_KINDS))
def test_a_leak_is_blocked(case, phase):
    found = _found(case, phase, [RULES[case.rule]])
    assert found
    assert all(one.fix and one.message for one in found)


@pytest.mark.parametrize(("case", "phase"), _in_phases(HARMLESS_THINGS))
def test_ordinary_infrastructure_passes(case, phase):
    assert [f"{one.rule}: {one.text}" for one in _found(case, phase, OF_ISOLATION)] == []


@pytest.mark.parametrize("phase", PHASES)
def test_without_a_change_nothing_is_found(phase):
    assert judge(Phased(phase).resources(), SETTINGS) == []


def test_every_kind_has_its_leaks():
    counted = Counter(case.kind for case in LEAKS_OF_KINDS)
    assert {kind: counted[kind] for kind, fewest in FEWEST.items() if counted[kind] < fewest} == {}
    assert len({case.what for case in HARMLESS_THINGS}) >= FEWEST_ORDINARY


def test_cases_have_properties_that_exist():
    before = {one["urn"] for one in Phased(KNOWN).states}
    found: list[str] = []
    for case in (*LEAKS_OF_KINDS, *HARMLESS_THINGS):
        stack = Phased(KNOWN)
        case.change(stack)
        for state in stack.states:
            if state["urn"] not in before:
                found.extend(wrong(state["type"], state["inputs"], case.what))
    assert found == []
