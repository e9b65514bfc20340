"""What tests share: the captured program graph of each stack, captured once, and the settings of powertools.

Powertools reads them when it is imported, by whichever test comes first. Infrastructure sets them for every function.
"""

import os
from functools import cache
from pathlib import Path

import pytest

from sandbox.graph import Graph
from sandbox.program import capture

os.environ["POWERTOOLS_SERVICE_NAME"] = "points-ledger"
os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "rewards"

ROOT = Path(__file__).parents[1]
STACKS = ("local", "dev", "staging", "prod")


@cache
def captured(stack: str) -> Graph:
    """The graph of a stack as at its first preview: everything computed is unknown."""
    return capture(stack, preview=True, root=ROOT)


@pytest.fixture(scope="session", params=STACKS)
def graph(request: pytest.FixtureRequest) -> Graph:
    """The graph of each stack in turn."""
    return captured(request.param)


@pytest.fixture(scope="session")
def dev() -> Graph:
    """The graph of the stack dev."""
    return captured("dev")
