"""Every page's command blocks are run in order, as they are pasted, each page on a fresh copy of the project."""

import os
import socket
from pathlib import Path

import pytest

from pbckit.sandbox.embedded_aws import DEFAULT_PORT, stop
from tests.docs_commands.blocks import Block, all_blocks
from tests.project_copies import copied, run

RUN = {page: kept for page, some in all_blocks().items() if (kept := [block for block in some if not block.not_run])}
SETUP = """set -euo pipefail
# The copy shares the environment of the tests: what is installed there stays as it is.
make() { if [ -L .venv ]; then command make --old-file .venv/.installed "$@"; else command make "$@"; fi; }
"""


@pytest.mark.parametrize("page", RUN)
def test_the_commands_of_a_page_work_as_pasted(page: str, tmp_path: Path):
    project = copied(tmp_path / "rewards")
    run(project, "git", "update-ref", "refs/remotes/origin/main", "HEAD")
    assert not _listens(), f"port {DEFAULT_PORT} is in use: end the sandbox that runs there"
    try:
        done = run(project, "bash", "-c", script(RUN[page]), **surroundings(page, tmp_path))
    finally:
        _end_sandboxes(tmp_path)
    assert done.returncode == 0, f"{page}: {done.stderr[-4000:]}\n{done.stdout[-2000:]}"
    assert not _listens(), f"{page} leaves its sandbox running"


def surroundings(page: str, home: Path) -> dict[str, str]:
    """Environment variables: a home of its own, and this user's package index and caches.

    What is installed there is used once: of its thousands of modules only those that are imported are compiled.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    kept = {"PIP_CACHE_DIR": str(cache / "pip"), "UV_CACHE_DIR": str(cache / "uv")}
    settings = Path.home() / ".config/pip/pip.conf"
    if settings.exists():
        kept["PIP_CONFIG_FILE"] = str(settings)
    # Who makes an environment of their own has the library from there, not from the copy.
    makes_its_own = any("-m venv" in block.text for block in RUN[page])
    return {"HOME": str(home), "PIP_COMPILE": "0", **kept, **({"PYTHONPATH": ""} if makes_its_own else {})}


def script(blocks: list[Block]) -> str:
    """One script for all blocks; of what fails, the trace tells block and command."""
    parts = [f": '{block.place}'\n{block.text}" for block in blocks]
    return "\n".join([SETUP, "set -x", *parts])


def _listens() -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", DEFAULT_PORT)) == 0


def _end_sandboxes(folder: Path) -> None:
    """What a page started and could not end, as it failed."""
    for sandbox in folder.rglob(".sandbox"):
        stop(sandbox)
