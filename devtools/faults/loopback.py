"""A proxy on loopback between functions and the embedded AWS, which does to each request what it is told.

A function's signature holds for its own request: one that is passed on with another body is signed by the deployer.
"""

import http.client
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Protocol, Self

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from pbckit.sandbox.embedded_aws import HOST, EmbeddedAws

_LONGEST_SECONDS = 300
"""A function may wait so long for a workflow to end."""
_NOT_PASSED_ON = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})
_SIGNED_ANEW = frozenset({"authorization", "host", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token"})


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request of a function to AWS."""

    target: str
    """Service and operation as AWS's JSON protocols name them: `AWSEvents.PutEvents`. Empty in other protocols."""
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer; as an act: answer it so, without passing it on."""

    status: int
    body: bytes


@dataclass(frozen=True, kw_only=True)
class KillCaller:
    """Kill the function that waits for the answer."""

    first: bytes | None = None
    """What AWS is asked before; None: nothing."""


@dataclass(frozen=True, kw_only=True)
class Pass:
    """Pass it on, perhaps with another body, and then do with the answer as told: give it back, if nothing else."""

    body: bytes
    then: Callable[[Answer], Answer | KillCaller] = lambda answer: answer


Act = Pass | Answer | KillCaller


class Judge(Protocol):
    """Says what is done to a request. Asked by many threads."""

    def judge(self, request: Request) -> Act:
        """What is done to it."""
        ...


class Loopback:
    """The proxy. It listens as soon as it is made; `serve` says for whom and how."""

    def __init__(self) -> None:
        self._server = _Server((HOST, 0), _Handler)

    @property
    def endpoint(self) -> str:
        """Its URL."""
        return f"http://{HOST}:{self._server.server_port}"

    def serve(self, aws: EmbeddedAws, judge: Judge, kill: Callable[[int, int], None]) -> None:
        """Begin to answer.

        Args:
            aws: what it stands before.
            judge: says what is done to a request.
            kill: kills who holds a connection from a port to another.
        """
        self._server.aws, self._server.judge, self._server.kill = aws, judge, kill
        threading.Thread(target=self._server.serve_forever, name="loopback", daemon=True).start()

    @property
    def defects(self) -> Sequence[BaseException]:
        """What went wrong in the proxy itself. Functions that no longer read an answer are none."""
        return tuple(self._server.defects)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if hasattr(self._server, "judge"):
            self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    aws: EmbeddedAws
    judge: Judge
    kill: Callable[[int, int], None]

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.defects: list[BaseException] = []

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002 the base class says so
        """Keep what went wrong. A function that was killed, or has timed out, no longer reads its answer: as it is."""
        error = sys.exception()
        if error is not None and not isinstance(error, ConnectionError):
            self.defects.append(error)


class _Handler(BaseHTTPRequestHandler):
    """One connection of a function, with one of its own to the embedded AWS."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride] the only one it is made by

    def setup(self) -> None:
        """Connect to the embedded AWS, once for all requests of the connection."""
        super().setup()
        self._upstream = http.client.HTTPConnection(HOST, self.server.aws.port, timeout=_LONGEST_SECONDS)

    def finish(self) -> None:
        """Close both connections."""
        self._upstream.close()
        super().finish()

    def do_POST(self) -> None:
        """Do as the judge says."""
        self._asked = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        match self.server.judge.judge(Request(target=self.headers.get("X-Amz-Target", ""), body=self._asked)):
            case Pass(body=passed, then=then):
                headers, answer = self._ask(passed)
                self._end(then(answer), headers)
            case act:
                self._end(act, {"Content-Type": "application/x-amz-json-1.1"})

    do_GET = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_POST  # noqa: N815 names that the base class looks for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base class's name
        """Say nothing."""

    def _end(self, act: Answer | KillCaller, headers: Mapping[str, str]) -> None:
        match act:
            case Answer(status=status, body=body):
                self._tell(status, headers, body)
            case KillCaller(first=first):
                if first is not None:
                    self._ask(first)
                self.server.kill(self.client_address[1], self.server.server_port)
                self.close_connection = True

    def _ask(self, body: bytes) -> tuple[Mapping[str, str], Answer]:
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _NOT_PASSED_ON}
        if body != self._asked:
            headers = self._signed(headers, body)
        self._upstream.request(self.command, self.path, body, headers)
        answer = self._upstream.getresponse()
        told = {name: value for name, value in answer.getheaders() if name.lower() not in _NOT_PASSED_ON}
        return told, Answer(status=answer.status, body=answer.read())

    def _signed(self, headers: Mapping[str, str], body: bytes) -> dict[str, str]:
        aws = self.server.aws
        _key, _date, _region, service, _end = headers["Authorization"].split(",")[0].split("/")
        others = {name: value for name, value in headers.items() if name.lower() not in _SIGNED_ANEW}
        request = AWSRequest(self.command, f"{aws.endpoint}{self.path}", data=body, headers=others)
        SigV4Auth(Credentials(aws.keys.id, aws.keys.secret, aws.keys.token), service, aws.region).add_auth(request)
        return dict(request.headers.items())

    def _tell(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
