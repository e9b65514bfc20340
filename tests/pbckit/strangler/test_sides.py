"""The ways to the sides, on real sockets: answers, errors, and a service that hangs."""

import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError

from pbckit.runtime.environment import InvalidEnvironment
from pbckit.strangler.environment import read
from pbckit.strangler.sides import HttpsTransport, LambdaTransport, QueueNotes, SideFailed

CANDIDATE = "arn:aws:lambda:eu-central-1:000000000000:function:candidate:live"


class Service(BaseHTTPRequestHandler):
    """Answers by path."""

    released = threading.Event()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/hang":
            self.released.wait(20)
        status = 503 if self.path == "/down" else 200
        self.send_response(status)
        self.end_headers()
        self.wfile.write(b"asked: " + body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name that http.server uses
        pass


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, in one file."""
    file = tmp_path_factory.mktemp("tls") / "service.pem"
    command = [
        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", file, "-out", f"{file}.crt",
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    file.write_text(file.read_text() + Path(f"{file}.crt").read_text())
    return file


@pytest.fixture
def https(certificate: Path) -> Iterator[str]:
    """A service behind TLS, and its address."""
    Service.released.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    Service.released.set()
    server.shutdown()
    thread.join()
    server.server_close()


def transport(address: str, certificate: Path, seconds: float = 5) -> HttpsTransport:
    return HttpsTransport(address, seconds, ssl.create_default_context(cafile=f"{certificate}.crt"))


def test_an_endpoint_is_asked_by_https(https: str, certificate: Path):
    assert transport(f"{https}/classify", certificate).ask(b"{}") == b"asked: {}"


def test_an_endpoint_that_is_down_says_so(https: str, certificate: Path):
    with pytest.raises(SideFailed, match="HTTP 503: asked"):
        transport(f"{https}/down", certificate).ask(b"{}")


def test_an_endpoint_that_hangs_is_left_in_time(https: str, certificate: Path):
    begin = time.monotonic()
    with pytest.raises(SideFailed, match="timed out"):
        transport(f"{https}/hang", certificate, seconds=0.3).ask(b"{}")
    assert time.monotonic() - begin < 5


def test_an_endpoint_that_nobody_vouches_for_is_not_believed(https: str):
    with pytest.raises(SideFailed, match="CERTIFICATE_VERIFY_FAILED"):
        HttpsTransport(https, 5).ask(b"{}")


@pytest.mark.parametrize("address", ["http://legacy.example", "legacy.example", "https://", "ftp://legacy.example"])
def test_an_address_that_is_not_https_is_refused(address: str):
    with pytest.raises(ValueError, match="is no https address"):
        HttpsTransport(address, 5)


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS is not there."""
    for name, value in {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


def test_a_function_that_cannot_be_reached_is_a_failure_and_not_tried_again(nowhere: None):
    begin = time.monotonic()
    with pytest.raises(SideFailed, match=EndpointConnectionError.__name__):
        LambdaTransport(CANDIDATE, 1).ask(b"{}")
    assert time.monotonic() - begin < 5


def test_a_queue_that_cannot_be_reached_loses_the_note_and_nothing_else(nowhere: None):
    assert not QueueNotes("http://127.0.0.1:9/000000000000/notes").note(b"{}")


def test_a_facade_has_one_way_to_the_legacy_side():
    one = {"CANDIDATE_FUNCTION": CANDIDATE}
    for wrong in (one, {**one, "LEGACY_FUNCTION": "f", "LEGACY_URL": "https://legacy.example"}):
        with pytest.raises(InvalidEnvironment, match="exactly one of LEGACY_FUNCTION and LEGACY_URL"):
            read(wrong).legacy(5)
    assert isinstance(read({**one, "LEGACY_URL": "https://legacy.example/x"}).legacy(5), HttpsTransport)


def test_what_is_not_set_is_named():
    with pytest.raises(InvalidEnvironment, match="CANDIDATE_FUNCTION"):
        read({})
    with pytest.raises(InvalidEnvironment, match="NOTES_URL"):
        read({"CANDIDATE_FUNCTION": CANDIDATE}).notes()
