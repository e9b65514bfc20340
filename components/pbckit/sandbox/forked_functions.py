"""Processes of Python functions, each a copy of one that has imported the AWS SDK.

ministack begins each with an interpreter of its own, which imports botocore before the function: that takes about as
long as what functions import themselves. Lambda's runtime has the SDK, so that a copy has nothing that a function does
not have there. Code or layers that bring an SDK, or variables that an interpreter reads when it begins, get an
interpreter of their own as before; so does every function where the system is not Linux, whose libraries may not bear
to be copied.
"""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack.core import lambda_runtime

from pbckit.sandbox import fork_server

PID_FILE = "pid"
"""Beside the program of a function's process: its id."""
_SDK = ("boto3", "botocore")
_OF_THE_INTERPRETER = "PYTHON"
_LAYERS = "_LAMBDA_LAYERS_DIRS"


def install() -> None:
    """Begin processes of functions in ministack's place."""
    lambda_runtime.subprocess = SimpleNamespace(**{**vars(subprocess), "Popen": begin})


def begin(
    command: Sequence[str], *, cwd: str, env: Mapping[str, str], **options: Any
) -> "Forked | subprocess.Popen[Any]":
    """Begin a process of a function, as ministack asks for it.

    Args:
        command: an interpreter and the program that runs the function in it.
        cwd: the folder of the function's code.
        env: all variables.
        options: further ones of `subprocess.Popen`.
    """
    if command[0] != sys.executable:
        return subprocess.Popen(command, cwd=cwd, env=env, **options)
    if _may_be_forked(cwd, env):
        process = _server.fork(command[1], cwd, env)
    else:
        process = subprocess.Popen(command, cwd=cwd, env=env, **options)
    Path(command[1]).with_name(PID_FILE).write_text(str(process.pid))
    return process


def end() -> None:
    """End the process that is copied, not its copies."""
    _server.end()


class Forked:
    """What ministack uses of a `subprocess.Popen`, for a process that is not its child."""

    def __init__(self, pid: int, streams: Sequence[int], alive: int) -> None:
        """A process.

        Args:
            pid: its id.
            streams: the other ends of its stdin, stdout and stderr.
            alive: what is at its end when the process has ended.
        """
        self.pid = pid
        self.stdin, self.stdout, self.stderr = (
            os.fdopen(one, mode, buffering=1, encoding="utf-8") for one, mode in zip(streams, "wrr", strict=True)
        )
        self._alive = alive
        weakref.finalize(self, os.close, alive)

    def poll(self) -> int | None:
        """0 when it has ended, whatever by; None before."""
        return 0 if self._has_ended(0) else None

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end.

        Raises:
            TimeoutExpired: it runs for longer than that, in seconds.
        """
        if not self._has_ended(timeout):
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0)
        return 0

    def terminate(self) -> None:
        """Ask it to end."""
        self._send(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self._send(signal.SIGKILL)

    def _send(self, number: signal.Signals) -> None:
        # Of what has ended, the id may be somebody else's.
        if not self._has_ended(0):
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def _has_ended(self, seconds: float | None) -> bool:
        poll = select.poll()
        poll.register(self._alive, select.POLLIN)
        return bool(poll.poll(None if seconds is None else seconds * 1000))


class _Server:
    """The process that is copied: begun when it is first needed, and ended with this one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: tuple[socket.socket, subprocess.Popen[bytes]] | None = None

    def fork(self, program: str, folder: str, environment: Mapping[str, str]) -> Forked:
        request = json.dumps({"program": program, "folder": folder, "environment": dict(environment)}).encode()
        ours, theirs = zip(*_pipes(), strict=True)
        try:
            with self._lock:
                try:
                    pid = self._ask(request, theirs)
                except OSError:
                    # Somebody ended it.
                    self._end()
                    pid = self._ask(request, theirs)
        except OSError:
            _close(ours)
            raise
        finally:
            _close(theirs)
        return Forked(pid, ours[:-1], ours[-1])

    def end(self) -> None:
        with self._lock:
            self._end()

    def _ask(self, request: bytes, descriptors: Sequence[int]) -> int:
        requests = self._begun()
        socket.send_fds(requests, [len(request).to_bytes(4, "big")], descriptors)
        requests.sendall(request)
        answer = requests.recv(4)
        if not answer:
            raise ConnectionError("the process that is copied for functions has ended")
        return int.from_bytes(answer, "big")

    def _begun(self) -> socket.socket:
        if self._running is None:
            ours, theirs = socket.socketpair()
            with theirs:
                descriptor = theirs.fileno()
                # Without the folder of its program in the path: no function has that.
                command = [sys.executable, "-P", fork_server.__file__, str(descriptor)]
                self._running = ours, subprocess.Popen(command, pass_fds=[descriptor])
        return self._running[0]

    def _end(self) -> None:
        if self._running is not None:
            (requests, process), self._running = self._running, None
            requests.close()
            process.wait()


_server = _Server()


def _pipes() -> Sequence[tuple[int, int]]:
    """For stdin, stdout, stderr and the life of a process: this side's end, and its own."""
    (reads, writes), *others = (os.pipe() for _ in range(fork_server.STREAMS + 1))
    return [(writes, reads), *others]


def _close(descriptors: Sequence[int]) -> None:
    for one in descriptors:
        os.close(one)


def _may_be_forked(code: str, environment: Mapping[str, str]) -> bool:
    if sys.platform != "linux":
        return False
    layers = [Path(one) for one in environment.get(_LAYERS, "").split(os.pathsep) if one]
    places = [Path(code), *layers, *(one / "python" for one in layers)]
    places += [place for one in layers for place in one.glob("python/lib/*/site-packages")]
    brings_an_sdk = any((place / name).exists() for place in places for name in _SDK)
    return not brings_an_sdk and _of_the_interpreter(environment) == _of_the_interpreter(os.environ)


def _of_the_interpreter(environment: Mapping[str, str]) -> Mapping[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(_OF_THE_INTERPRETER)}
