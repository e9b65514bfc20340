"""Asking the pack's process: many questions at once are answered in order, and never all under way together."""

import threading
from types import SimpleNamespace

from host import PackProcess

MANY = 60
FEW = 4


class _Stub:
    """Answers with the URN that it is asked about, and counts what is under way."""

    def __init__(self):
        self._lock = threading.Lock()
        self._under_way = 0
        self._all_busy = threading.Barrier(FEW)
        self.most = 0

    def Analyze(self, request, timeout):  # noqa: N802 the name of the gRPC method
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
