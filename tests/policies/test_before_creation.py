"""The engine's own order: at an update it asks about each resource before it makes it, about the stack afterwards.

What code makes of a value that is not known at a preview cannot be told from honest code then. It is known at the
update, and refused by the policy on the single resource, before that resource exists.
"""

from collections.abc import Iterable
from typing import Any

import pytest

from pbc_isolation import before_creation
from pbc_isolation.before_creation import Registered
from pbc_isolation.pack import settings
from pbc_isolation.pack_process import Diagnostic, PackProcess
from pbc_isolation.stack.graph import Graph, Resource
from pbc_isolation.stack.values import plain
from tests.policies.leaks.changes import THIEF_ROLE, VICTIM_ROLE
from tests.policies.leaks.false_alarms import HARMLESS_THINGS
from tests.policies.leaks.phases import AWS, PREVIEW, Phased
from tests.policies.leaks.samples import LEAKS_OF_KINDS, ONLY_WHEN_KNOWN, SAMPLES

State = dict[str, Any]
[REWRITTEN] = [names for (_, sample), names in SAMPLES.items() if sample == ONLY_WHEN_KNOWN]
CASES = [case for case in LEAKS_OF_KINDS if case.what in REWRITTEN]
HONEST_NAMES = (
    "a topic and a queue",
    "a stream into the own bucket",
    "a right of an own role whose name AWS makes",
)
HONEST = [case for case in HARMLESS_THINGS if case.what in HONEST_NAMES]


def update(pack: PackProcess, states: list[State]) -> tuple[list[str], list[Diagnostic]]:
    """What the engine makes, and what the pack says: at the first mandatory diagnostic the engine makes no more."""
    made: list[str] = []
    for state in states:
        found = [one for one in pack.before_creation(state) if one.mandatory]
        if found:
            return made, found
        made.append(state["urn"])
    return made, pack.of_stack(states)


@pytest.fixture(scope="module")
def at_update():
    with PackProcess("rewards", "dev", preview=False) as pack:
        yield pack


@pytest.fixture(scope="module")
def at_preview():
    with PackProcess("rewards", "dev") as pack:
        yield pack


def test_components_come_before_what_they_make():
    """As the engine registers them: whose a resource is must be known when it is asked about."""
    states = Phased(AWS).states
    here = {state["urn"] for state in states}
    seen: set[str] = set()
    for state in states:
        assert state.get("parent", "") not in here - seen
        seen.add(state["urn"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_what_code_makes_of_an_unknown_is_refused_before_it_is_made(case, at_update):
    stack = Phased(AWS)
    case.change(stack)
    tap = stack.states[-1]["urn"]
    made, found = update(at_update, stack.states)
    assert tap not in made
    assert len(made) == len(stack.states) - 1
    assert {(one.policy, one.urn) for one in found} == {("own-references", tap)}
    assert all("[own-references]" in one.message and "refers to" in one.message for one in found)


def test_a_document_for_another_units_identity_is_refused_before_it_is_given(at_update):
    """At a preview its name may be what AWS makes of an own beginning; code can make another of that."""
    stack = Phased(AWS)
    policy = stack.find(":RolePolicy", role=THIEF_ROLE)["inputs"]["policy"]
    tap = stack.add("aws:iam/rolePolicy:RolePolicy", "tap", name="tap", role=VICTIM_ROLE, policy=policy)["urn"]
    made, found = update(at_update, stack.states)
    assert tap not in made
    assert {(one.policy, one.urn) for one in found} == {("own-references", tap)}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.what)
def test_no_preview_can_tell(case, at_preview):
    """Why the policy on single resources is needed: at a preview the same program looks like an honest one."""
    stack = Phased(PREVIEW)
    case.change(stack)
    tap = stack.states[-1]["urn"]
    assert [one.message for one in at_preview.judge(stack.states) if one.urn == tap and "isolation" in one.policy] == []


@pytest.mark.parametrize("case", HONEST, ids=lambda case: case.what)
def test_an_honest_update_is_made_as_a_whole(case, at_update):
    stack = Phased(AWS)
    case.change(stack)
    made, found = update(at_update, stack.states)
    assert made == [state["urn"] for state in stack.states]
    assert [one.message for one in found if one.policy in ("isolation", "boundary", "own-references")] == []


def test_a_resource_that_names_its_own_is_judged_without_all_others(monkeypatch):
    """Else each resource of an update takes as long as all that came before it."""
    sizes: list[int] = []

    class Counted(Graph):
        def __init__(self, resources: Iterable[Resource]) -> None:
            super().__init__(resources)
            sizes.append(len(self.resources))

    monkeypatch.setattr(before_creation, "Graph", Counted)
    registered, chosen = Registered(), settings({})
    resources = [_inputs(state) for state in Phased(AWS).states]
    for resource in resources:
        registered.add(resource)
        assert registered.foreign_links(resource, chosen) == []
    shared = [one for one in resources if "pbckit:infra:" in one.type or "platform" in one.urn]
    assert 0 < max(sizes) <= len(shared) < len(resources)


def _inputs(state: State) -> Resource:
    return Resource(
        urn=state["urn"],
        type=state["type"],
        name=state["urn"].rpartition("::")[2],
        props=plain(state.get("inputs", {})),
        parent=state.get("parent", ""),
        custom=state.get("custom", False),
    )
