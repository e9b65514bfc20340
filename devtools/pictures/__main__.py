"""`make pictures`: the console in a browser, and a recording of the demo, both of the real system, in docs/pictures."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, sync_playwright

from devtools.pictures.recording import record
from ops.demo.command import apply
from ops.demo.world import DeployedSystem
from ops.members.purchase_file import read_purchases
from ops.repository import ROOT
from pbckit.cli.client.session import LOCAL_STACK
from pbckit.sandbox.deploy import deploy
from pbckit.sandbox.embedded_aws import running
from pbckit.sandbox.stack_config import read_stack

PICTURES = ROOT / "docs/pictures"
LOOKS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_EARLIER, _NEWEST = 30, 20
"""Purchases that are posted before the pictures, and that are published right before, so that something flows."""


class Shot(NamedTuple):
    """A page, and what of it is kept."""

    name: str
    path: str
    ready: str
    """Selector of what must be there."""
    height: int


def main() -> None:
    """Take all pictures, and record the demo."""
    _take_pictures()
    lines = (ROOT / "examples/purchases.csv").read_text().splitlines(keepends=True)
    purchases = Path("dist/purchases.csv")  # As the demo prints it: no path of this machine.
    (ROOT / purchases).parent.mkdir(exist_ok=True)
    (ROOT / purchases).write_text("".join(lines[: 1 + _EARLIER]))
    record(PICTURES, purchases)


def _take_pictures() -> None:
    executable = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if executable is None:
        sys.exit("A browser is needed: apt-get install chromium, or Google Chrome")
    rows = read_purchases(ROOT / "examples/purchases.csv")[0][: _EARLIER + _NEWEST]
    member = Counter(one.member_id for one in rows).most_common(1)[0][0]
    # A trace of the last of the earlier ones: it met functions that had started.
    shots = [
        Shot("map", "?", ".lines path.flows", 800),
        Shot("isolation", "isolation?from=redeem-points&to=points-ledger&", "table.heat", 900),
        Shot("trace", f"trace?id={rows[_EARLIER - 1].id}&", ".way-map path.walked", 900),
        Shot("member", f"members?id={member}&", ".chart canvas", 800),
    ]
    with tempfile.TemporaryDirectory() as name, running(Path(name), region=_region()) as aws:
        deploy(aws)
        world = DeployedSystem.of(aws)
        apply(world, ROOT / "examples/programme.yaml")
        world.ingest(rows[:_EARLIER])
        world.wait_for_postings(dict(Counter(one.member_id for one in rows[:_EARLIER])), lambda _count: None)
        world.ingest(rows[_EARLIER:])
        with _console(Path(name)) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
            for shot in shots:
                for look in LOOKS:
                    _take(browser, address, shot, look)
            browser.close()


def _region() -> str:
    return read_stack(ROOT, LOCAL_STACK).value("aws:region")


@contextmanager
def _console(folder: Path) -> Iterator[str]:
    """The command `rewards console` on a sandbox; gives its address with the key."""
    command = [sys.executable, "-m", "ops", "console", "--no-open", "--port", "0", "--folder", str(folder)]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdout=subprocess.PIPE) as process:
        found = re.search(r"http://\S+", process.stdout.readline() if process.stdout else "")
        if found is None:
            sys.exit("the console did not start")
        try:
            yield found[0]
        finally:
            process.terminate()


def _take(browser: Browser, address: str, shot: Shot, look: Literal["light", "dark"]) -> None:
    page = browser.new_page(color_scheme=look, viewport={"width": 1280, "height": shot.height})
    page.set_default_timeout(60_000)
    page.goto(address.replace("/?", f"/{shot.path}"))
    page.locator(shot.ready).first.wait_for(state="attached")
    page.get_by_text(", next look in ").wait_for()
    page.locator(".problem").wait_for(state="hidden")  # Every unit answers: a busy machine takes some looks.
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{shot.name}-{look}.png", animations="disabled")
    page.close()


if __name__ == "__main__":
    main()
