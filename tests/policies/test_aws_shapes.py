"""The pack on a system that exists: state in AWS's shape, after creation, after a refresh, and at later previews."""

from collections.abc import Callable
from typing import Any

import pytest
from engine import judge
from graph import from_export

from policies.host import PackProcess
from tests.aws_shapes import created, refreshed
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
