"""Where the console listens: on loopback, before anything that takes long is imported."""

import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pbckit.cli.errors import OperatorError

KEY = "key"
"""The query parameter by which a browser brings the key the first time."""
HOST = "127.0.0.1"


class PortTaken(OperatorError):
    """The port cannot be listened on."""


@dataclass(frozen=True, kw_only=True)
class Listening:
    """Where the console listens, and what opens it."""

    socket: socket.socket
    key: str

    @property
    def port(self) -> int:
        """The port, also where any free one was asked for."""
        return self.socket.getsockname()[1]

    @property
    def url(self) -> str:
        """The address with the key."""
        return f"http://{HOST}:{self.port}/?{KEY}={self.key}"


@contextmanager
def listening(port: int) -> Iterator[Listening]:
    """Listen on loopback.

    Raises:
        PortTaken: another program does, or this one may not.
    """
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen()  # Who is early waits until the pages are there.
        except OSError as error:
            raise PortTaken(f"port {port}: {error.strerror}; choose another with --port") from error
        yield Listening(socket=listener, key=secrets.token_urlsafe(24))
