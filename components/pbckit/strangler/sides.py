"""Asking the two sides, and putting what was seen on the facade's own queue: the only boto3 of a facade.

Every wait here is short and is not repeated. A caller waits for the one side that answers it, and for nothing else.
"""

# boto3 has no types of its own.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false

import http.client
import ssl
import time
from collections.abc import Callable
from typing import Any, Protocol
from urllib.parse import urlsplit

import boto3
import msgspec
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from pbckit.contracts.migration import Answered
from pbckit.errors import FunctionError

_MILLISECONDS = 1000
_LONGEST_ERROR = 300


class SideFailed(FunctionError):
    """A side gave no answer in time, or one that is none of its contract. The message says which."""


class Transport(Protocol):
    """A way to a service that takes and gives JSON."""

    def ask(self, payload: bytes) -> bytes:
        """The answer's body.

        Raises:
            SideFailed: there is none in time.
        """
        ...


class LambdaTransport:
    """A Lambda function, by its alias."""

    def __init__(self, function: str, timeout_seconds: float) -> None:
        self._function = function
        config = Config(connect_timeout=1, read_timeout=timeout_seconds, retries={"total_max_attempts": 1})
        self._client: Any = boto3.client("lambda", config=config)

    def ask(self, payload: bytes) -> bytes:
        """The function's answer."""
        try:
            answer = self._client.invoke(FunctionName=self._function, Payload=payload)
            body: bytes = answer["Payload"].read()
        except (BotoCoreError, ClientError) as error:
            raise SideFailed(f"{type(error).__name__}: {error}") from error
        if "FunctionError" in answer:
            raise SideFailed(f"the function failed: {body.decode(errors='replace')}")
        return body


class HttpsTransport:
    """An HTTPS endpoint that takes a POST."""

    def __init__(self, url: str, timeout_seconds: float, context: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError(f"{url!r} is no https address")
        self._host, self._port = parts.hostname, parts.port
        self._path = parts.path or "/"
        self._timeout_seconds = timeout_seconds
        self._context = context or ssl.create_default_context()

    def ask(self, payload: bytes) -> bytes:
        """The body of a 200."""
        connection = http.client.HTTPSConnection(
            self._host, self._port, timeout=self._timeout_seconds, context=self._context
        )
        try:
            connection.request("POST", self._path, payload, {"Content-Type": "application/json"})
            response = connection.getresponse()
            body = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise SideFailed(f"{type(error).__name__}: {error}") from error
        finally:
            connection.close()
        if response.status != http.client.OK:
            raise SideFailed(f"HTTP {response.status}: {body[:_LONGEST_ERROR].decode(errors='replace')}")
        return body


class Notes(Protocol):
    """Where the facade notes what it saw, for the comparer."""

    def note(self, body: bytes) -> bool:
        """Note it. False where that was not possible: the caller's answer does not depend on it."""
        ...


class QueueNotes:
    """Notes on an SQS queue."""

    def __init__(self, url: str) -> None:
        self._url = url
        config = Config(connect_timeout=0.5, read_timeout=0.5, retries={"total_max_attempts": 1})
        self._client: Any = boto3.client("sqs", config=config)

    def note(self, body: bytes) -> bool:
        """Send it."""
        try:
            self._client.send_message(QueueUrl=self._url, MessageBody=body.decode())
        except (BotoCoreError, ClientError):
            return False
        return True


def timed(ask: Callable[[], msgspec.Struct]) -> Answered:
    """Ask, and say how long it took and what came of it."""
    begin = time.perf_counter()
    try:
        answer, error = ask(), None
    except SideFailed as failure:
        answer, error = None, str(failure)[:_LONGEST_ERROR]
    milliseconds = round((time.perf_counter() - begin) * _MILLISECONDS)
    fields = None if answer is None else msgspec.to_builtins(answer)
    return Answered(milliseconds=milliseconds, answer=fields, error=error)
