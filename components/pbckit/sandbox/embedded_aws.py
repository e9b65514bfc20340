"""The embedded AWS: one process on loopback, with IAM enforced on every call.

A supervisor process owns it and a listener for trace segments; stopping the supervisor stops both, and the Lambda
workers with them. What is running stands in `state.json` in a folder, by default `.sandbox/`. Whether it is running is
told by a lock on that folder, which the processes hold and the system releases when the last of them ends: a process
id alone may have gone to another program since.
"""

import contextlib
import fcntl
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
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.config import Config

from pbckit.errors import PbckitError

HOST = "127.0.0.1"
ACCOUNT = "000000000000"
ROOT_KEY = "test"
"""Access key and secret of the embedded account's root: they open nothing but the embedded AWS."""
DEFAULT_FOLDER = Path(".sandbox")
FOLDER_VARIABLE = "PBC_SANDBOX"
"""Environment variable that names the folder of the sandbox that commands mean, where that is another one."""
DEFAULT_PORT = 4566

_HEALTH_PATH = "/_ministack/health"
_START_SECONDS = 60
_STOP_SECONDS = 20
_POLL_SECONDS = 0.05

_children: dict[int, subprocess.Popen[bytes]] = {}
"""Supervisors that this process started, by process id: they must be asked for when they end."""


class SandboxError(PbckitError):
    """The embedded AWS cannot be started, reached or stopped. The message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Keys:
    """What requests are signed with."""

    id: str = ROOT_KEY
    secret: str = ROOT_KEY
    token: str | None = None
    """Where they are somebody's for a time only."""


@dataclass(frozen=True, kw_only=True)
class EmbeddedAws:
    """A running embedded AWS."""

    pid: int
    """Of the supervisor; all other processes are its children."""
    port: int
    region: str
    folder: Path
    keys: Keys = field(default_factory=Keys, repr=False)
    """Whose clients it gives: by default the account's root, who may do everything."""

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
        """A session with the keys: by default the deployer's."""
        return _session(self.region, self.keys)

    def client(self, service: str) -> Any:
        """A client with the keys, made once for each service."""
        return _client(self.endpoint, self.region, self.keys, service)

    def under(self, role: str) -> "EmbeddedAws":
        """The same, for somebody who has become a role: its clients are denied what the role may not do.

        Args:
            role: ARN of a role that trusts whoever has the keys.
        """
        given = self.client("sts").assume_role(RoleArn=role, RoleSessionName="sandbox")["Credentials"]
        keys = Keys(id=given["AccessKeyId"], secret=given["SecretAccessKey"], token=given["SessionToken"])
        return replace(self, keys=keys)


@cache
def _client(endpoint: str, region: str, keys: Keys, service: str) -> Any:
    config = Config(retries={"max_attempts": 3, "mode": "standard"}, max_pool_connections=20, read_timeout=120)
    return _session(region, keys).client(service, endpoint_url=endpoint, config=config)


def _session(region: str, keys: Keys) -> boto3.Session:
    # AWS_PROFILE is for the caller's real accounts, and need not exist: nothing of it is for this one.
    no_profile = botocore.session.Session(session_vars={"profile": (None, None, None, None)})
    return boto3.Session(keys.id, keys.secret, keys.token, region_name=region, botocore_session=no_profile)


def start(
    folder: Path = DEFAULT_FOLDER,
    *,
    region: str,
    port: int | None = None,
    functions_endpoint: str | None = None,
    until: int | None = None,
) -> EmbeddedAws:
    """Start the embedded AWS, empty, and wait until it answers.

    Args:
        folder: where its state and logs go.
        region: the region that it plays.
        port: where it listens; None takes a free one.
        functions_endpoint: URL by which Lambda functions reach AWS, where something stands between; None is directly.
        until: the reading end of a pipe: it ends when nobody holds the other end; None is until it is stopped.

    Raises:
        SandboxError: one is running in that folder already, the port is taken, or it does not come up.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder) as lock:
        port = port or _free_port()
        if _listening(port):
            raise SandboxError(f"port {port} is taken by another program; choose another with --port")
        endpoint = functions_endpoint or f"http://{HOST}:{port}"
        settings = [str(port), region, str(folder.resolve()), str(lock), endpoint]
        settings += [] if until is None else [str(until)]
        with (folder / "aws.log").open("w") as log:
            supervisor = subprocess.Popen(
                [sys.executable, "-m", "pbckit.sandbox.supervisor", *settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=[lock] if until is None else [lock, until],
            )
        aws = EmbeddedAws(pid=supervisor.pid, port=port, region=region, folder=folder)
        (folder / "state.json").write_text(json.dumps({"pid": aws.pid, "port": aws.port, "region": aws.region}))
    _children[supervisor.pid] = supervisor
    try:
        _wait_until_up(aws, supervisor)
    except BaseException:
        stop(folder)
        raise
    return aws


def connect(folder: Path | None = None) -> EmbeddedAws:
    """The embedded AWS that runs in a folder; by default in that of `PBC_SANDBOX`, else in `.sandbox`.

    Raises:
        SandboxError: none does.
    """
    folder = folder or Path(os.environ.get(FOLDER_VARIABLE) or DEFAULT_FOLDER)
    running = _running(folder)
    if running is None:
        raise SandboxError(f"no sandbox is running in {folder}; start one with `pbc sandbox up`")
    return running


def stop(folder: Path = DEFAULT_FOLDER) -> bool:
    """Stop what runs in a folder, with all its children. False where nothing did.

    Raises:
        SandboxError: it does not end.
    """
    running = _running(folder)
    (folder / "state.json").unlink(missing_ok=True)
    if running is None:
        return False
    # The supervisor leads a process group. Whoever holds the lock is a member, so that the group's id is still ours.
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, sign)
        if _released(folder):
            _reap(running.pid)
            return True
    raise SandboxError(f"process group {running.pid} in {folder} does not end")


@contextlib.contextmanager
def running(
    folder: Path, *, region: str, port: int | None = None, functions_endpoint: str | None = None
) -> Iterator[EmbeddedAws]:
    """An embedded AWS for as long as the block lasts, and no longer than this process, however that ends."""
    reads, writes = os.pipe()
    with os.fdopen(reads), os.fdopen(writes, "w"):
        aws = start(folder, region=region, port=port, functions_endpoint=functions_endpoint, until=reads)
        try:
            yield aws
        finally:
            stop(folder)


def _running(folder: Path) -> EmbeddedAws | None:
    """What the state file says, as long as its processes live."""
    if not _is_locked(folder):
        return None
    try:
        state = json.loads((folder / "state.json").read_text())
        return EmbeddedAws(pid=state["pid"], port=state["port"], region=state["region"], folder=folder)
    except (OSError, ValueError, KeyError) as error:
        raise SandboxError(f"a sandbox runs in {folder}, but its state.json cannot be read: {error}") from error


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[int]:
    """Hold the folder's lock. Processes that inherit the descriptor go on holding it.

    Raises:
        SandboxError: it is held.
    """
    with (folder / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SandboxError(f"a sandbox is running in {folder} already; stop it first") from error
        yield file.fileno()


def _is_locked(folder: Path) -> bool:
    try:
        with (folder / "lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _released(folder: Path) -> bool:
    deadline = time.monotonic() + _STOP_SECONDS
    while _is_locked(folder):
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _reap(pid: int) -> None:
    """A child that ended stays a zombie until somebody asks for it."""
    child = _children.pop(pid, None)
    if child is not None:
        child.wait()


def _wait_until_up(aws: EmbeddedAws, supervisor: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _healthy(aws.endpoint):
        if supervisor.poll() is not None or time.monotonic() > deadline:
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
