"""Traces that go on across the outbox. The X-Ray SDK judges once, when it is imported, whether it is in Lambda: so the
functions of these tests run in a process of their own, with a listener in the place of X-Ray's daemon.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from pbckit.runtime.traces import Untraced

ROOT = "1-5759e988-bd862e3fe1be46a994272793"
ARRIVED = f"Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=1"
OWN = "Root=1-67891233-abcdef012345678912345678;Parent=aaaaaaaaaaaaaaaa;Sampled=1"

PROGRAM = """
import os, sys
from contextlib import suppress
import boto3
from botocore.exceptions import BotoCoreError
from contracts.points_ledger import UnknownMember
from pbckit.runtime.traces import XRay

header, failure = sys.argv[1], {"refusal": UnknownMember, "fault": OSError, "": None}[sys.argv[2]]
traces = XRay()
client = boto3.client("sqs", endpoint_url="http://127.0.0.1:1")
with suppress(Exception):
    with traces.continued("points-ledger on PointsCalculated", header, {"correlation_id": "c-1"}) as following:
        print(following)
        print(os.environ["_X_AMZN_TRACE_ID"])
        with suppress(BotoCoreError):
            client.list_queues()
        if failure:
            raise failure
print(os.environ["_X_AMZN_TRACE_ID"])
print(traces.own())
"""


@pytest.fixture
def daemon() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(5)
        yield listener


def run(daemon: socket.socket, header: str, failure: str = "") -> list[str]:
    """What the program prints, run as in Lambda."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "LAMBDA_TASK_ROOT": "/var/task",
        "AWS_XRAY_DAEMON_ADDRESS": f"127.0.0.1:{daemon.getsockname()[1]}",
        "_X_AMZN_TRACE_ID": OWN,
        "AWS_DEFAULT_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_MAX_ATTEMPTS": "1",
    }
    command = [sys.executable, "-c", PROGRAM, header, failure]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def segments(daemon: socket.socket) -> list[dict[str, Any]]:
    """All documents that were sent. The program has ended: what it sent has arrived."""
    daemon.settimeout(0)
    found: list[dict[str, Any]] = []
    while True:
        try:
            _, _, document = daemon.recv(65_536).decode().partition("\n")
        except BlockingIOError:
            return found
        found.append(json.loads(document))


def test_a_messages_trace_goes_on(daemon: socket.socket):
    following, within, after, own = run(daemon, ARRIVED)

    call, segment = segments(daemon)
    assert (segment["name"], segment["trace_id"]) == ("points-ledger on PointsCalculated", ROOT)
    assert segment["parent_id"] == "53995c3f42cd8ad8"
    assert segment["annotations"] == {"correlation_id": "c-1"}
    assert segment["start_time"] <= segment["end_time"]
    assert not {"fault", "error"} & segment.keys()
    assert not segment.get("in_progress")
    assert following == within == f"Root={ROOT};Parent={segment['id']};Sampled=1"
    assert after == own == OWN
    assert (call["name"], call["trace_id"], call["parent_id"]) == ("sqs", ROOT, segment["id"])


@pytest.mark.parametrize(("failure", "flag"), [("refusal", "error"), ("fault", "fault")])
def test_a_refusal_is_the_callers_error_and_anything_else_a_fault(daemon: socket.socket, failure: str, flag: str):
    run(daemon, ARRIVED, failure)

    segment = segments(daemon)[-1]
    assert {"error", "fault"} & segment.keys() == {flag}


@pytest.mark.parametrize("header", [f"Root={ROOT};Parent=53995c3f42cd8ad8;Sampled=0", "", "nonsense"])
def test_what_is_not_sampled_is_handed_on_and_not_recorded(daemon: socket.socket, header: str):
    following, within, after, _ = run(daemon, header)

    assert following == header
    assert within == after == OWN
    assert ROOT not in json.dumps(segments(daemon))


def test_where_nothing_is_recorded_the_header_is_handed_on():
    traces = Untraced()

    assert traces.own() is None
    with traces.continued("name", ARRIVED, {}) as header:
        assert header == ARRIVED
