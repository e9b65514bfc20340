"""Every leak is blocked in a system that exists, too: after `pulumi up`, in AWS's shape, and at the next preview."""

from collections.abc import Sequence
from typing import Any

import pytest

from pbc_isolation.engine import judge
from pbc_isolation.rules import every_rule
from pbc_isolation.rules.rule import Rule
from pbc_isolation.stack.graph import from_sdk
from tests.aws_shapes import as_sdk
from tests.policies.leaks.changes import IN_FULL, At, Change, Stack
from tests.policies.leaks.corpus import LEAKS
from tests.policies.leaks.harmless import HARMLESS
from tests.policies.test_engine import SETTINGS

RULES = {rule.id: rule for rule in every_rule()}
BOTH = (At.UP, At.NEXT_PREVIEW)
EVERY = 12
ABOUT_THE_UNKNOWN = 12
"""At most so many leaks are of values that nobody knows before: after `pulumi up` there is nothing unknown."""
UNSEEN = {
    "an unknown key policy": "blocked by known-documents, by its inputs: outputs do not tell it from what AWS fills in",
    "a source that flows from what is not there": "the engine sends no dependency on what is not in the stack",
    "a new type with a role that nobody knows": "blocked by isolation-modelled-types",
    "what the program wants, and there is not yet": "only an export has both; the engine plans what the program wants",
}
"""Leaks that the rule of the corpus does not see in what the SDK hands to a stack policy, and why that is no hole."""


def changed(change: Change, at: At) -> Stack:
    stack = Stack(at)
    change(stack)
    stack.settle()
    return stack


def found(stack: Stack, *rules: Rule) -> list[str]:
    violations = judge(from_sdk(as_sdk(stack.states)).resources, SETTINGS, rules or None)
    return [f"{one.rule}: {one.text}" for one in violations]


def name_of(case: Any) -> str:
    return case.name if isinstance(case, At) else case.what


def alternating(cases: Sequence[Any]) -> list[tuple[Any, At]]:
    """Each case in one of both states in turn, which takes half the time; in full: in both."""
    return [(case, at) for index, case in enumerate(cases) for at in (BOTH if IN_FULL else (BOTH[index % 2],))]


@pytest.mark.parametrize(("leak", "at"), alternating(LEAKS), ids=name_of)
def test_a_leak_is_blocked(leak, at):
    stack = changed(leak.change, at)
    if leak.what in UNSEEN or (at is At.UP and not stack.known):
        pytest.skip(UNSEEN.get(leak.what, "after `pulumi up` there is nothing unknown"))
    assert found(stack, RULES[leak.rule])


@pytest.mark.parametrize("leak", LEAKS[::EVERY], ids=name_of)
def test_a_leak_is_blocked_in_the_export(leak):
    stack = changed(leak.change, At.UP)
    if not stack.known:
        pytest.skip("after `pulumi up` there is nothing unknown")
    assert judge(stack.resources(), SETTINGS, [RULES[leak.rule]])


@pytest.mark.parametrize(("harmless", "at"), alternating(HARMLESS), ids=name_of)
def test_a_harmless_change_passes(harmless, at):
    assert found(changed(harmless.change, at)) == []


def test_few_leaks_are_left_out():
    unknown = [leak.what for leak in LEAKS if not changed(leak.change, At.UP).known]
    assert len(unknown) <= ABOUT_THE_UNKNOWN, unknown
    assert UNSEEN.keys() <= {leak.what for leak in LEAKS}


def test_a_new_type_is_blocked_at_the_next_preview_whatever_it_holds():
    leak = next(one for one in LEAKS if one.what == "a new type with a role that nobody knows")
    assert found(changed(leak.change, At.NEXT_PREVIEW), RULES["isolation-modelled-types"])
