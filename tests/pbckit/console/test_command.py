"""`pbc console` as a person starts and ends it."""

import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.conftest import ROOT
from tests.console_process import REWARDS, started


@contextmanager
def console(folder: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running console without a sandbox, and its address."""
    with started(folder / "none", *options) as running:
        yield running


def test_ctrl_c_ends_it_with_one_line(tmp_path: Path):
    with console(tmp_path) as (process, url):
        with httpx.Client(follow_redirects=True, timeout=20) as browser:
            answer = browser.get(url)
        assert (answer.status_code, str(answer.url)) == (200, url.split("?")[0])
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)
    assert (process.returncode, output) == (0, "console closed\n")


def test_it_is_served_on_loopback_to_who_has_the_key(tmp_path: Path):
    with console(tmp_path) as (_, url):
        address = url.split("?")[0]
        assert address.startswith("http://127.0.0.1:")
        assert httpx.get(address, timeout=20).status_code == 403
        assert httpx.get(url, headers={"host": "evil.example"}, timeout=20).status_code == 421


def test_a_port_in_use_is_one_line(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = subprocess.run(
            [REWARDS, "console", "--no-open", "--port", str(port), "--folder", str(tmp_path)],
            cwd=ROOT,
            text=True,
            capture_output=True,
            check=False,
        )
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"error: port {port}: Address already in use; choose another with --port\n"
