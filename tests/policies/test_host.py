"""Asking the pack's process: many questions at once are answered in order, and never all under way together."""

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from google.protobuf import json_format
from pulumi.runtime.rpc import UNKNOWN

from pbc_isolation.pack_process import PackProcess

MANY = 64
FEW = 16


class _Stub:
    """Answers with the URN that it is asked about, and counts what is under way."""

    def __init__(self):
        self._lock = threading.Lock()
        self._under_way = 0
        self._all_busy = threading.Barrier(FEW)
        self._threads = ThreadPoolExecutor(MANY)
        self.most = 0

    @property
    def Analyze(self):  # noqa: N802 the name of the gRPC method
        return SimpleNamespace(future=lambda request, **_: self._threads.submit(self._answer, request))

    def _answer(self, request):
        with self._lock:
            self._under_way += 1
            self.most = max(self.most, self._under_way)
        self._all_busy.wait(timeout=10)  # a question waits until as many as may be are under way
        with self._lock:
            self._under_way -= 1
        return SimpleNamespace(diagnostics=[_diagnostic(request.urn)])

    def AnalyzeStack(self, request, timeout):  # noqa: N802 the name of the gRPC method
        return SimpleNamespace(diagnostics=[_diagnostic("")] * (len(request.resources) == MANY))


def _diagnostic(urn):
    return SimpleNamespace(policyName="p", message="m", description="", urn=urn, enforcementLevel=1)


def test_a_few_questions_are_under_way_at_a_time_and_answers_keep_their_order(monkeypatch):
    pack = PackProcess("project", "stack")
    stub = _Stub()
    monkeypatch.setattr(pack, "_stub", stub, raising=False)
    urns = [f"urn:pulumi:stack::project::aws:sqs/queue:Queue::{number}" for number in range(MANY)]
    found = pack.judge([{"urn": urn, "type": "aws:sqs/queue:Queue"} for urn in urns])
    assert [one.urn for one in found] == [*urns, ""]
    assert stub.most == FEW


KIND, SECRET = "4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ({KIND: SECRET, "ciphertext": "v1:abc"}, f"[secret]{UNKNOWN}"),
        ({KIND: SECRET, "plaintext": '{"a": 1}'}, {"a": 1}),
        ({KIND: SECRET, "value": "x"}, {KIND: SECRET, "value": "x"}),
        ({KIND: "d0e6a833031e9bbcd3f4e8bde6ca49a4"}, UNKNOWN),
        ({KIND: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "urn:x", "id": "x"}, "x"),
        ({KIND: "5cf8f73096256a8f31e491e813e4eb8e", "urn": "urn:x"}, "urn:x"),
        ({KIND: (ASSET := "c44067f5952c0a294b673a41bacd8c17"), "hash": "1"}, {KIND: ASSET, "hash": "1", "path": ""}),
        ([{"a": {KIND: SECRET, "ciphertext": "v1:abc"}}], [{"a": f"[secret]{UNKNOWN}"}]),
    ],
)
def test_an_export_is_sent_as_the_engine_sends_it(monkeypatch, value, sent):
    """What stands in an export only, encrypted secrets and references, the SDK would refuse."""
    asked = []
    pack = PackProcess("project", "stack")
    answered = Future()
    answered.set_result(SimpleNamespace(diagnostics=[]))
    stub = SimpleNamespace(
        Analyze=SimpleNamespace(future=lambda request, **_: asked.append(request) or answered),
        AnalyzeStack=lambda request, **_: asked.extend(request.resources) or SimpleNamespace(diagnostics=[]),
    )
    monkeypatch.setattr(pack, "_stub", stub, raising=False)
    pack.judge([{"urn": "urn:pulumi:s::p::a:b:C::n", "type": "a:b:C", "inputs": {"x": value}, "outputs": {"x": value}}])
    assert [json_format.MessageToDict(one.properties) for one in asked] == [{"x": sent}] * 2
