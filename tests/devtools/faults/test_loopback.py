"""The proxy does to a request what it is told, and a function at its other end can be killed."""

import contextlib
import http.client
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from devtools.faults.loopback import Act, Answer, KillCaller, Loopback, Pass, Request
from devtools.faults.workers import NoSuchWorker, can_kill, kill_worker
from pbckit.sandbox.embedded_aws import HOST, ROOT_KEY, EmbeddedAws


class Aws(BaseHTTPRequestHandler):
    """Answers with what it was asked, and keeps it."""

    asked: ClassVar[list[bytes]] = []
    keys: ClassVar[list[str]] = []
    """What each request was signed with."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        Aws.asked.append(body)
        Aws.keys.append(self.headers.get("Authorization", "").partition("Credential=")[2].partition("/")[0])
        self.send_response(201)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Told", self.headers.get("X-Asked", ""))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


class ReportedPosting:
    """A judge that does as it is told."""

    def __init__(self) -> None:
        self.act: Callable[[Request], Act] = lambda request: Pass(body=request.body)

    def judge(self, request: Request) -> Act:
        return self.act(request)


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[EmbeddedAws]:
    Aws.asked, Aws.keys = [], []
    server = HTTPServer((HOST, 0), Aws)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield EmbeddedAws(pid=0, port=server.server_port, region="eu-central-1", folder=tmp_path)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def judge() -> ReportedPosting:
    return ReportedPosting()


@pytest.fixture
def killed() -> list[int]:
    return []


@pytest.fixture
def loopback(aws: EmbeddedAws, judge: ReportedPosting, killed: list[int]) -> Iterator[Loopback]:
    with Loopback() as proxy:
        proxy.serve(aws, judge, lambda port, _peer: killed.append(port))
        yield proxy


HEADERS = {
    "X-Asked": "yes",
    "X-Amz-Target": "S.Operation",
    "Authorization": "AWS4-HMAC-SHA256 Credential=FUNCTION/20261123/eu-central-1/events/aws4_request, Signature=abc",
}


def ask(loopback: Loopback) -> tuple[int, bytes, str]:
    connection = http.client.HTTPConnection(loopback.endpoint.removeprefix("http://"), timeout=10)
    with contextlib.closing(connection):
        connection.request("POST", "/", b"body", HEADERS)
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers.get("X-Told", "")


def test_what_passes_is_asked_and_answered_as_it_is(loopback: Loopback):
    assert ask(loopback) == (201, b"body", "yes")


def test_the_judge_is_told_the_operation_and_the_body(loopback: Loopback, judge: ReportedPosting):
    seen: list[Request] = []
    judge.act = lambda request: seen.append(request) or Pass(body=request.body)
    ask(loopback)

    assert seen == [Request(target="S.Operation", body=b"body")]


def test_body_and_answer_may_be_others(loopback: Loopback, judge: ReportedPosting):
    judge.act = lambda _request: Pass(
        body=b"other", then=lambda answer: replace(answer, body=answer.body + b" amended")
    )

    assert ask(loopback)[1] == b"other amended"
    assert Aws.asked == [b"other"]


def test_a_request_is_signed_by_the_deployer_where_the_functions_signature_no_longer_holds(
    loopback: Loopback, judge: ReportedPosting
):
    ask(loopback)
    judge.act = lambda _request: Pass(body=b"other")
    ask(loopback)

    assert Aws.keys == ["FUNCTION", ROOT_KEY]


def test_an_answer_of_its_own_is_not_passed_on(loopback: Loopback, judge: ReportedPosting):
    judge.act = lambda _request: Answer(status=400, body=b"no")

    assert ask(loopback)[:2] == (400, b"no")
    assert Aws.asked == []


@pytest.mark.parametrize(("first", "asked"), [(b"body", [b"body"]), (None, [])])
def test_a_caller_that_is_killed_gets_no_answer(
    loopback: Loopback, judge: ReportedPosting, killed: list[int], first: bytes | None, asked: list[bytes]
):
    judge.act = lambda _request: KillCaller(first=first)
    with pytest.raises(ConnectionError):
        ask(loopback)

    assert Aws.asked == asked
    assert len(killed) == 1
    assert loopback.defects == ()


def test_a_caller_may_be_killed_when_the_answer_is_there(loopback: Loopback, judge: ReportedPosting, killed: list[int]):
    judge.act = lambda request: Pass(body=request.body, then=lambda _answer: KillCaller())
    with pytest.raises(ConnectionError):
        ask(loopback)

    assert (Aws.asked, len(killed)) == ([b"body"], 1)


def test_a_defect_of_the_proxy_is_kept(loopback: Loopback, judge: ReportedPosting):
    def broken(_request: Request) -> Act:
        raise ZeroDivisionError

    judge.act = broken
    with pytest.raises(ConnectionError):
        ask(loopback)
    assert [type(defect) for defect in loopback.defects] == [ZeroDivisionError]


ASKING = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1], b'body')"


@pytest.mark.skipif(not can_kill(), reason="only Linux tells which process holds a connection")
def test_the_process_at_the_other_end_is_killed_and_nobody_else(aws: EmbeddedAws, judge: ReportedPosting):
    judge.act = lambda _request: KillCaller(first=b"body")
    with Loopback() as proxy:
        command = [sys.executable, "-c", ASKING, proxy.endpoint]
        process = subprocess.Popen(command, start_new_session=True)
        proxy.serve(aws, judge, lambda port, peer: kill_worker(port, peer, process.pid))
        assert process.wait(timeout=30) == -signal.SIGKILL

    assert Aws.asked == [b"body"]
    assert proxy.defects == ()


@pytest.mark.skipif(not can_kill(), reason="only Linux tells which process holds a connection")
def test_a_process_of_another_group_is_not_touched(loopback: Loopback, aws: EmbeddedAws, judge: ReportedPosting):
    judge.act = lambda _request: KillCaller()
    refusals: list[str] = []

    def kill(port: int, peer: int) -> None:
        with pytest.raises(NoSuchWorker, match="no process of group 1 ") as refusal:
            kill_worker(port, peer, 1)
        refusals.append(str(refusal.value))

    with Loopback() as proxy:
        proxy.serve(aws, judge, kill)
        with pytest.raises(ConnectionError):
            ask(proxy)
    assert len(refusals) == 1
