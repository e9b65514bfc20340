"""A console on a sandbox, and a browser in front of it."""

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ops.demo.world import DeployedSystem
from tests.conftest import ROOT
from tests.console_process import REWARDS, started

PICTURES = ROOT / "dist/console"
EXECUTABLE = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
"""The browser; None where there is none."""
NO_BROWSER = pytest.mark.skipif(EXECUTABLE is None, reason="no browser; Debian's is in the package chromium")
PATIENCE_MS = 60_000
"""How long anything may take to appear."""
expect.set_options(timeout=PATIENCE_MS)
_ALLOWED = {"minor", "moderate", None}
"""Impact of findings of axe that are let pass."""


@contextmanager
def console(folder: Path, *options: str) -> Iterator[str]:
    """The command `rewards console` on a sandbox; gives its address with the key."""
    with started(folder, "--every", "1", *options) as (process, address):
        yield address
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser without a window."""
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=options)
        yield browser
        browser.close()


def rows(page: Page, caption: str) -> list[list[str]]:
    """The cells of a table, by its caption."""
    table = page.get_by_role("table", name=caption, exact=True)
    return table.evaluate("table => [...table.tBodies[0].rows].map(row => [...row.cells].map(cell => cell.innerText))")


def barriers(page: Page) -> list[str]:
    """What axe finds that keeps people from using a page."""
    found = Axe().run(page).response["violations"]
    serious = [one for one in found if one["impact"] not in _ALLOWED]
    return [f"{one['help']}: {node['html'][:200]}" for one in serious for node in one["nodes"]]


LOOKS = ("light", "dark", "phone")


_STANDS_STILL = """() => Promise.allSettled(document.getAnimations()
    .filter(one => one.effect.getComputedTiming().iterations !== Infinity).map(one => one.finished))"""
"""What fades in has its colours only when it is there."""


@contextmanager
def looked_at(browser: Browser, address: str, look: str) -> Iterator[Page]:
    """A page of the console in one of `LOOKS`."""
    size = {"width": 390, "height": 844} if look == "phone" else {"width": 1400, "height": 900}
    scheme = "dark" if look == "dark" else "light"
    with opened(browser, address, color_scheme=scheme, viewport=size) as page:
        yield page


def check_look(page: Page, look: str, name: str) -> None:
    """Everybody can use the page in this look: axe finds nothing serious, and nothing sticks out. Keeps a picture."""
    page.evaluate(_STANDS_STILL)
    assert barriers(page) == []
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (background == "rgb(15, 19, 24)") == (look == "dark")
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}-{look}.png", full_page=True)


_CONNECTED = "() => !document.getElementById('app') || (window.did_handshake && !document.body.inert)"
"""A page of the console takes what is typed; a report is a file and always does."""


@contextmanager
def opened(browser: Browser, address: str, *addresses: str, **context: Any) -> Iterator[Page]:
    """A page of the console, gone to by one address after another: the first brings the key."""
    with browser.new_context(**context) as made:
        page = made.new_page()
        page.set_default_timeout(PATIENCE_MS)
        for one in (address, *addresses):
            page.goto(one)
        page.wait_for_function(_CONNECTED)
        yield page


def rewards(world: DeployedSystem, *arguments: str) -> Any:
    """What the command prints for machines."""
    command = [REWARDS, *arguments, "--json"]
    done = subprocess.run(command, cwd=world.aws.folder.parent, capture_output=True, text=True, check=False)
    return json.loads(done.stdout)


def until(done: Callable[[], bool], what: str) -> None:
    """Look until it is so."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not done():
        assert time.monotonic() < deadline, what
        time.sleep(0.3)
