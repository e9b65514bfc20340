"""The pack on a system that exists: state in AWS's shape, after creation, after a refresh, and at later previews."""

from collections.abc import Callable
from typing import Any

import pytest

from pbc_isolation.engine import judge
from pbc_isolation.pack_process import PackProcess
from pbc_isolation.stack.graph import from_export
from tests.aws_shapes import created, encrypted, refreshed
from tests.conftest import STACKS
from tests.policies.test_engine import SETTINGS

STATES: tuple[Callable[[str], dict[str, Any]], ...] = (created, refreshed)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
@pytest.mark.parametrize("stack", [*STACKS, "migration"])
def test_the_system_passes_every_rule(stack, state):
    found = judge(from_export(state(stack)).resources, SETTINGS)
    assert [f"{one.rule}: {one.text}" for one in found] == []


@pytest.mark.parametrize("preview", [False, True], ids=["up", "preview"])
def test_the_system_passes_over_the_protocol_of_the_engine(preview):
    with PackProcess("rewards", "dev", preview=preview) as pack:
        assert pack.judge(created("dev")["deployment"]["resources"]) == []


@pytest.mark.parametrize("side", ["inputs", "outputs"])
def test_an_encrypted_policy_is_unprovable_over_the_protocol_too(side):
    """Unlike the policy that a provider will fill in, it stands for something that is there."""
    states = [one for one in created("dev")["deployment"]["resources"] if "campaigns" in one["urn"]]
    queue = next(one for one in states if one["type"] == "aws:sqs/queue:Queue")
    queue[side]["policy"] = encrypted()
    with PackProcess("rewards", "dev", preview=False) as pack:
        assert [one.urn for one in pack.judge(states) if "policy" in one.message and one.urn == queue["urn"]]
