"""Every leak is blocked, by the right rule, with the path from principal to store."""

from collections import Counter

import pytest

from pbc_isolation.engine import judge
from pbc_isolation.rules import every_rule
from tests.policies.leaks.changes import Stack
from tests.policies.leaks.corpus import LEAKS
from tests.policies.leaks.harmless import HARMLESS
from tests.policies.test_engine import SETTINGS

RULES = {rule.id: rule for rule in every_rule()}
MANY_HARMLESS = 90
CLASSES = range(1, 20)
AT_LEAST = 3


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: f"{leak.number}: {leak.what}")
def test_a_leak_is_blocked(leak):
    stack = Stack()
    leak.change(stack)
    found = judge(stack.resources(), SETTINGS, [RULES[leak.rule]])
    assert found, f"found only by {sorted({one.rule for one in judge(stack.resources(), SETTINGS)})}"
    paths = [" → ".join(one.path) for one in found]
    assert any(_in_order(leak.path, path) for path in paths), paths


def _in_order(words: tuple[str, ...], text: str) -> bool:
    place = 0
    for word in words:
        place = text.find(word, place)
        if place < 0:
            return False
    return True


def test_every_class_has_its_leaks():
    counted = Counter(leak.number for leak in LEAKS)
    assert {number: counted[number] for number in CLASSES if counted[number] < AT_LEAST} == {}


@pytest.mark.parametrize("harmless", HARMLESS, ids=lambda harmless: harmless.what)
def test_a_harmless_change_passes(harmless):
    stack = Stack()
    harmless.change(stack)
    found = judge(stack.resources(), SETTINGS)
    assert [f"{one.rule}: {one.text}" for one in found] == []


def test_there_are_enough_harmless_changes_to_speak_of_precision():
    assert len({harmless.what for harmless in HARMLESS}) == len(HARMLESS) >= MANY_HARMLESS
