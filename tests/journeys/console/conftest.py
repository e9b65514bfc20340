"""One console on the shared deployment, and one browser, for the tests of all pages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from ops.demo.world import DeployedSystem
from tests.journeys.console.browser import chromium, console


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith("tests/journeys/console/"):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def url(world: DeployedSystem) -> Iterator[str]:
    with console(world.aws.folder) as address:
        yield address


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started
