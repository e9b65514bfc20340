"""Strikes of a plan, as acts upon requests: who is struck stands in the request, so that timing changes nothing."""

import json
import re
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from devtools.faults.loopback import Act, Answer, KillCaller, Pass, Request
from devtools.faults.plan import Fault, Strike

_PURCHASE = re.compile(r"fault-\d{5}")
PUBLISH, COMMIT, REMOVE = "AWSEvents.PutEvents", "DynamoDB_20120810.TransactWriteItems", "DynamoDB_20120810.DeleteItem"
"""Operations that strikes fall upon."""

_REFUSALS: Mapping[Fault, Answer] = {
    Fault.BUS_FAILED: Answer(status=500, body=b'{"__type": "InternalException", "message": "a fault of the campaign"}'),
    Fault.BUS_THROTTLED: Answer(
        status=400, body=b'{"__type": "ThrottlingException", "message": "a fault of the campaign"}'
    ),
}
_PARTIAL = {"ErrorCode": "InternalException", "ErrorMessage": "a fault of the campaign"}


@dataclass(frozen=True, kw_only=True)
class _Held:
    """An event that is on its way for longer than others."""

    entry: dict[str, Any]
    requests_left: int


class FaultInjector:
    """A `Judge` that strikes as planned. Each strike falls upon its purchase, whenever that comes by."""

    def __init__(
        self,
        strikes: Sequence[Strike],
        units_by_table: Mapping[str, str],
        publish: Callable[[list[dict[str, Any]]], object],
    ) -> None:
        """Make it ready.

        Args:
            strikes: what it does.
            units_by_table: units by names of their stores.
            publish: puts entries on the bus that were held back.
        """
        self._left = defaultdict[tuple[Fault, str, str], int](int)
        for strike in strikes:
            self._left[strike.fault, strike.unit, strike.purchase_id] += strike.times
        self._units_by_table = units_by_table
        self._publish = publish
        self._purchases_by_event: dict[str, tuple[str, str]] = {}
        self._struck: set[tuple[Fault, str, str]] = set()
        self._held: list[_Held] = []
        self._stuck: set[str] = set()
        self._lock = threading.Lock()

    def struck(self) -> dict[Fault, int]:
        """How many strikes have fallen, by kind."""
        with self._lock:
            counts = dict.fromkeys(Fault, 0)
            for fault, _, _ in self._struck:
                counts[fault] += 1
            return counts

    def release(self) -> None:
        """Let go of all events that are held back."""
        with self._lock:
            due, self._held = self._held, []
        self._let_go(due)

    @contextmanager
    def stuck(self, unit: str) -> Iterator[None]:
        """For as long as the block lasts, whoever publishes for a unit is killed before it can."""
        self._stuck.add(unit)
        try:
            yield
        finally:
            self._stuck.discard(unit)

    def judge(self, request: Request) -> Act:
        """What is done to a request."""
        at = {PUBLISH: self._at_publish, COMMIT: self._at_commit, REMOVE: self._at_removal}.get(request.target)
        return at(request) if at else Pass(body=request.body)

    def _at_publish(self, request: Request) -> Act:
        asked = json.loads(request.body)
        entries: list[dict[str, Any]] = asked["Entries"]
        struck = [(entry["Source"], _purchase(entry["Detail"])) for entry in entries]
        if any(unit in self._stuck for unit, _ in struck):
            return KillCaller()
        with self._lock:
            for entry, key in zip(entries, struck, strict=True):
                self._purchases_by_event[json.loads(entry["Detail"])["metadata"]["event_id"]] = key
            for fault, refusal in _REFUSALS.items():
                if sum(self._strikes(fault, *key) for key in struck):  # Not `any`: each that is due has had its turn.
                    return refusal
            due = self._due()
            act = self._parted(asked, entries, struck)
        self._let_go(due)
        return act

    def _parted(
        self, asked: dict[str, Any], entries: Sequence[dict[str, Any]], struck: Sequence[tuple[str, str]]
    ) -> Act:
        """Pass on what is not refused or held back. What is delivered twice comes once more a little later."""
        passed: list[dict[str, Any]] = []
        answers: list[dict[str, Any] | None] = []
        for entry, key in zip(entries, struck, strict=True):
            if self._strikes(Fault.DUPLICATED, *key):
                self._held.append(_Held(entry=entry, requests_left=1))
            if self._strikes(Fault.BUS_PARTIAL, *key):
                answers.append(_PARTIAL)
            elif late := self._strikes_whole(Fault.LATE, *key):
                self._held.append(_Held(entry=entry, requests_left=late))
                answers.append({"EventId": str(uuid.uuid4())})
            else:
                passed.append(entry)
                answers.append(None)
        if not passed:
            return Answer(status=200, body=_put_events_answer(answers, []))
        body = json.dumps({**asked, "Entries": passed}).encode()
        return Pass(body=body, then=lambda answer: _amended(answer, answers))

    def _at_commit(self, request: Request) -> Act:
        operations = json.loads(request.body)["TransactItems"]
        tables = {next(iter(operation.values()))["TableName"] for operation in operations}
        unit = next((self._units_by_table[table] for table in sorted(tables) if table in self._units_by_table), None)
        purchase_id = _purchase(request.body.decode())
        if unit is None or not purchase_id:
            return Pass(body=request.body)
        with self._lock:
            if self._strikes(Fault.CONFLICT, unit, purchase_id):
                return Answer(status=400, body=_conflict(len(operations)))
            if self._strikes(Fault.CONSUMER_KILLED, unit, purchase_id):
                return KillCaller(first=request.body)
        return Pass(body=request.body)

    def _at_removal(self, request: Request) -> Act:
        event_id = json.loads(request.body)["Key"].get("event_id", {}).get("S")
        with self._lock:
            key = self._purchases_by_event.get(event_id)
            if key is not None and self._strikes(Fault.RELAY_KILLED, *key):
                return KillCaller()
        return Pass(body=request.body)

    def _strikes(self, fault: Fault, unit: str, purchase_id: str) -> bool:
        """Whether a fault strikes; once less afterwards."""
        key = (fault, unit, purchase_id)
        if self._left.get(key, 0) == 0:
            return False
        self._left[key] -= 1
        self._struck.add(key)
        return True

    def _strikes_whole(self, fault: Fault, unit: str, purchase_id: str) -> int:
        """How many times a fault was to strike; not at all afterwards."""
        times = self._left.get((fault, unit, purchase_id), 0)
        if self._strikes(fault, unit, purchase_id):
            self._left[fault, unit, purchase_id] = 0
        return times

    def _due(self) -> list[_Held]:
        """Events whose time has come, with one more request gone by."""
        waited = [_Held(entry=one.entry, requests_left=one.requests_left - 1) for one in self._held]
        self._held = [one for one in waited if one.requests_left > 0]
        return [one for one in waited if one.requests_left <= 0]

    def _let_go(self, due: Collection[_Held]) -> None:
        if due:
            self._publish([one.entry for one in due])


def _purchase(text: str) -> str:
    found = _PURCHASE.search(text)
    return found[0] if found else ""


def _amended(answer: Answer, answers: Sequence[dict[str, Any] | None]) -> Answer:
    """The answer to what was passed on, as one to all that was asked."""
    told = json.loads(answer.body)
    return answer if "Entries" not in told else replace(answer, body=_put_events_answer(answers, told["Entries"]))


def _put_events_answer(answers: Sequence[dict[str, Any] | None], passed: Sequence[dict[str, Any]]) -> bytes:
    """Answers of our own, and in the places of None those to what was passed on."""
    rest = iter(passed)
    entries = [next(rest) if answer is None else answer for answer in answers]
    failed = sum("ErrorCode" in entry for entry in entries)
    return json.dumps({"FailedEntryCount": failed, "Entries": entries}).encode()


def _conflict(operations: int) -> bytes:
    reasons = [{"Code": "TransactionConflict", "Message": "a fault of the campaign"}]
    return json.dumps(
        {
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "message": "Transaction cancelled [TransactionConflict]",
            "CancellationReasons": reasons + [{"Code": "None"}] * (operations - 1),
        }
    ).encode()
