"""The embedded AWS: one process on loopback, with IAM enforced on every call.

A supervisor process owns it and a listener for trace segments; stopping the supervisor stops both, and the Lambda
workers with them. What is running stands in `state.json` in a folder, by default `.sandbox/`.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

HOST = "127.0.0.1"
ACCOUNT = "000000000000"
ROOT_KEY = "test"
"""Access key and secret of the embedded account's root: they open nothing but the embedded AWS."""
DEFAULT_FOLDER = Path(".sandbox")
DEFAULT_PORT = 4566

_HEALTH_PATH = "/_ministack/health"
_START_SECONDS = 60
_STOP_SECONDS = 20
_POLL_SECONDS = 0.05


class SandboxError(Exception):
    """The embedded AWS cannot be started, reached or stopped. The message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class EmbeddedAws:
    """A running embedded AWS."""

    pid: int
    """Of the supervisor; all other processes are its children."""
    port: int
    region: str
    folder: Path

    @property
    def endpoint(self) -> str:
        """URL of every service."""
        return f"http://{HOST}:{self.port}"

    @property
    def account(self) -> str:
        """The only account there is."""
        return ACCOUNT

    @property
    def log_file(self) -> Path:
        """What the embedded AWS printed."""
        return self.folder / "aws.log"

    @property
    def segments_file(self) -> Path:
        """Trace segments that the Lambda functions sent, a JSON document a line."""
        return self.folder / "segments.jsonl"

    def session(self) -> boto3.Session:
        """A session with the account's root keys: the deployer's."""
        return boto3.Session(aws_access_key_id=ROOT_KEY, aws_secret_access_key=ROOT_KEY, region_name=self.region)

    def client(self, service: str) -> Any:
        """A deployer's client, made once for each service."""
        return _client(self.endpoint, self.region, service)


@cache
def _client(endpoint: str, region: str, service: str) -> Any:
    session = boto3.Session(aws_access_key_id=ROOT_KEY, aws_secret_access_key=ROOT_KEY, region_name=region)
    config = Config(retries={"max_attempts": 3, "mode": "standard"}, max_pool_connections=20, read_timeout=120)
    return session.client(service, endpoint_url=endpoint, config=config)


def start(folder: Path = DEFAULT_FOLDER, *, region: str, port: int | None = None) -> EmbeddedAws:
    """Start the embedded AWS, empty, and wait until it answers.

    Args:
        folder: where its state and logs go.
        region: the region that it plays.
        port: where it listens; None takes a free one.

    Raises:
        SandboxError: one is running in that folder already, the port is taken, or it does not come up.
    """
    running = _running(folder)
    if running is not None:
        raise SandboxError(f"the sandbox in {folder} is running already, at {running.endpoint}; stop it first")
    folder.mkdir(parents=True, exist_ok=True)
    port = port or _free_port()
    if _listening(port):
        raise SandboxError(f"port {port} is taken by another program; choose another with --port")
    with (folder / "aws.log").open("w") as log:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "sandbox.supervisor", str(port), region, str(folder.resolve())],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    aws = EmbeddedAws(pid=supervisor.pid, port=port, region=region, folder=folder)
    (folder / "state.json").write_text(json.dumps({**asdict(aws), "folder": str(folder)}))
    _wait_until_up(aws, supervisor)
    return aws


def connect(folder: Path = DEFAULT_FOLDER) -> EmbeddedAws:
    """The embedded AWS that runs in a folder.

    Raises:
        SandboxError: none does.
    """
    running = _running(folder)
    if running is None:
        raise SandboxError(f"no sandbox is running in {folder}; start one with `rewards sandbox up`")
    return running


def stop(folder: Path = DEFAULT_FOLDER) -> bool:
    """Stop what runs in a folder, by process id, with all its children. False where nothing did."""
    running = _running(folder)
    (folder / "state.json").unlink(missing_ok=True)
    if running is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(running.pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP_SECONDS
        while _is_supervisor(running.pid) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        # The supervisor leads its own process group: whatever is left of it goes too.
        os.killpg(running.pid, signal.SIGKILL)
    return True


@contextlib.contextmanager
def running(folder: Path, *, region: str, port: int | None = None) -> Iterator[EmbeddedAws]:
    """An embedded AWS for as long as the block lasts."""
    aws = start(folder, region=region, port=port)
    try:
        yield aws
    finally:
        stop(folder)


def _running(folder: Path) -> EmbeddedAws | None:
    """What the state file says, if that process still is a supervisor: process ids are used again."""
    try:
        state = json.loads((folder / "state.json").read_text())
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise SandboxError(f"{folder / 'state.json'} is damaged: {error}; remove it") from error
    if not _is_supervisor(state["pid"]):
        return None
    return EmbeddedAws(pid=state["pid"], port=state["port"], region=state["region"], folder=Path(state["folder"]))


def _is_supervisor(pid: int) -> bool:
    _reap(pid)
    command = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)  # noqa: S607 ps is where the system has it
    return "sandbox.supervisor" in command.stdout


def _reap(pid: int) -> None:
    """A child that ended stays a zombie until somebody asks for it."""
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _wait_until_up(aws: EmbeddedAws, supervisor: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _healthy(aws.endpoint):
        if supervisor.poll() is not None or time.monotonic() > deadline:
            stop(aws.folder)
            last_lines = "\n".join(aws.log_file.read_text().splitlines()[-5:])
            raise SandboxError(f"the embedded AWS did not come up on port {aws.port}; its last words:\n{last_lines}")
        time.sleep(_POLL_SECONDS)


def _healthy(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}{_HEALTH_PATH}", timeout=2) as answer:  # noqa: S310 always http on loopback
            return answer.status == 200  # noqa: PLR2004 the HTTP status OK
    except (urllib.error.URLError, OSError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
