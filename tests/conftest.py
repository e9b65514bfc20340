"""What tests share: the captured program graph of each stack, captured once, and the settings of powertools.

Powertools reads them when it is imported, by whichever test comes first. Infrastructure sets them for every function.
No example of a property test has a time to keep: a busy machine would fail it.

Where two processes run the tests (`make test`), one takes the journeys, which share one deployment, and the other takes
file after file of the rest; whichever is done first helps with what is left.
"""

import gc
import os
from collections.abc import Generator
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from xdist.scheduler import LoadScopeScheduling

from pbckit.sandbox import program
from pbckit.sandbox.graph import Graph
from pbckit.sandbox.program import capture

os.environ["POWERTOOLS_SERVICE_NAME"] = "points-ledger"
os.environ["POWERTOOLS_METRICS_NAMESPACE"] = "rewards"

hypothesis.settings.register_profile("rewards", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("rewards")

# Graphs are millions of objects that live to the end: searching them for cycles as often as by default finds nothing.
gc.set_threshold(200_000)

ROOT = Path(__file__).parents[1]
JOURNEYS = "tests/journeys"
STACKS = ("local", "dev", "staging", "prod")


class JourneysTogether(LoadScopeScheduling):
    """All journeys go to one process; of the other tests, those of one file."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return JOURNEYS if file.startswith(f"{JOURNEYS}/") else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return JourneysTogether(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first: the journeys, then what works on a copy of the whole project."""
    items.sort(key=lambda item: (not item.nodeid.startswith(f"{JOURNEYS}/"), item.nodeid.count("/") > 1))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """Collection runs no program: it takes seconds, and who asks for one test would wait for all."""

    def refuse(*_arguments: object, **_options: object) -> None:
        raise RuntimeError("a program is run when tests are collected: capture it in a test or a fixture")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program, "_run", refuse)
        return (yield)


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
