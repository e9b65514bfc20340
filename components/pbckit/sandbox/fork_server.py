"""A process that has imported the AWS SDK, and copies itself for each process of a function that is asked for.

A program of its own, which imports nothing of pbckit: what it has imported, each function has. Asked over a socket by
`pbckit.sandbox.forked_functions`, which has the other half of what is said: `python fork_server.py DESCRIPTOR`.
"""

import gc
import json
import os
import runpy
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import boto3  # noqa: F401 for the copies

STREAMS = 3
"""Descriptors that come with a request: what becomes stdin, stdout and stderr of the copy; the last one is open as long
as the copy lives."""


def serve(requests: socket.socket) -> str | None:
    """Copy this process for each request, until nobody can ask any more.

    Returns:
        In a copy, the program that it is to run; None in the process itself, at its end.
    """
    while True:
        header, descriptors, _, _ = socket.recv_fds(requests, 4, STREAMS + 1)
        length = int.from_bytes(header, "big")
        request = requests.recv(length, socket.MSG_WAITALL)
        if not header or len(request) < length:
            return None
        pid = os.fork()
        if pid == 0:
            requests.close()
            return _become(descriptors, **json.loads(request))
        for one in descriptors:
            os.close(one)
        requests.sendall(pid.to_bytes(4, "big"))


def _become(descriptors: Sequence[int], *, program: str, folder: str, environment: Mapping[str, str]) -> str:
    """Make a copy what an interpreter is that was begun with these streams, this folder and these variables."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for stream, one in enumerate(descriptors[:STREAMS]):
        os.dup2(one, stream)
        os.close(one)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv[:] = [program]
    sys.path.insert(0, str(Path(program).parent))
    return program


if __name__ == "__main__":
    # The system forgets copies that have ended: nobody here asks for them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    # What is imported stays, and is written to by nobody: copies share its memory.
    gc.freeze()
    asked_for = serve(socket.socket(fileno=int(sys.argv[1])))
    if asked_for is not None:
        runpy.run_path(asked_for, run_name="__main__")
