"""The naive design in a campaign: state is committed and its events are published afterwards, and nobody remembers what
was handled.

The functions are those that ship. The proxy between them and AWS takes out of their requests what the naive design
does not have: events in the transaction of their state, inbox markers, confirmations by which events are known, and the
ids by which the ledger knows postings.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from devtools.faults.fault_injector import COMMIT, PUBLISH, REMOVE
from devtools.faults.loopback import Act, Answer, Judge, KillCaller, Pass, Request

_LOOK_UP, _PUT = "DynamoDB_20120810.GetItem", "DynamoDB_20120810.PutItem"
_OUTBOX = "_outbox"
_INBOX, _CONFIRMED, _POSTING = "inbox#", "confirmed#", "posting#"
_MARKERS = (_INBOX, _CONFIRMED)
_REMEMBERED = (*_MARKERS, _POSTING)
_ATTEMPTS = 15
"""As often as a relay and boto3 together."""
_NOTHING = Answer(status=HTTPStatus.OK, body=b"{}")
_NOT_PUBLISHED = Answer(
    status=HTTPStatus.BAD_REQUEST,
    body=b'{"__type": "NotPublished", "message": "the state is committed, its events are not published"}',
)


class PublishAfterCommit:
    """A `Judge` before a storm: what the naive design asks of AWS is struck as planned.

    It is not careless: what the bus does not take is tried again, as often as by a relay.
    """

    def __init__(
        self, fault_injector: Judge, bus_name: str, put: Callable[[Sequence[dict[str, Any]]], Mapping[str, Any]]
    ) -> None:
        """Make it ready.

        Args:
            storm: says what is done to what is asked.
            bus_name: where events are published.
            put: puts entries on the bus, and gives its answer.
        """
        self._storm = fault_injector
        self._bus_name = bus_name
        self._put = put

    def judge(self, request: Request) -> Act:
        """What is done to a request."""
        if request.target == COMMIT:
            return self._commit(request)
        if request.target == _LOOK_UP and _pk(json.loads(request.body)["Key"]).startswith(_REMEMBERED):
            return _NOTHING
        if request.target == _PUT and _pk(json.loads(request.body)["Item"]).startswith(_MARKERS):
            return _NOTHING
        return self._storm.judge(request)

    def _commit(self, request: Request) -> Act:
        asked = json.loads(request.body)
        operations: list[dict[str, Any]] = asked["TransactItems"]
        events = [one["Put"]["Item"] for one in operations if _is_event(one)]
        kept = [not (_is_event(one) or _is_marker(one)) for one in operations]
        if not any(kept):
            return self._publish(events, _NOTHING)
        state = [_forgetful(one) for one, stays in zip(operations, kept, strict=True) if stays]
        body = json.dumps({**asked, "TransactItems": state}).encode()

        def then(answer: Answer) -> Answer | KillCaller:
            return self._publish(events, answer) if answer.status == HTTPStatus.OK else _about_all(answer, kept)

        match self._storm.judge(Request(target=COMMIT, body=body)):
            case Pass(body=passed):
                return Pass(body=passed, then=then)
            case Answer() as refusal:
                return _about_all(refusal, kept)
            case act:
                return act

    def _publish(self, events: Sequence[Mapping[str, Any]], answer: Answer) -> Answer | KillCaller:
        """Publish what was committed, then answer. Who publishes may die in between."""
        waiting = [self._entry(event) for event in events]
        for _attempt in range(_ATTEMPTS):
            if not waiting:
                break
            waiting = self._refused(waiting)
        if waiting:
            return _NOT_PUBLISHED
        for event in events:
            removal = {"Key": {"event_id": event["event_id"]}}
            act = self._storm.judge(Request(target=REMOVE, body=json.dumps(removal).encode()))
            if isinstance(act, KillCaller):
                return act
        return answer

    def _refused(self, entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Put entries on the bus; those that it does not take."""
        act = self._storm.judge(Request(target=PUBLISH, body=json.dumps({"Entries": entries}).encode()))
        if isinstance(act, Pass):
            answer = self._put(json.loads(act.body)["Entries"])
            body = json.dumps({"Entries": answer["Entries"]}).encode()
            act = act.then(Answer(status=HTTPStatus.OK, body=body))
        if not isinstance(act, Answer) or act.status != HTTPStatus.OK:
            return list(entries)
        results = json.loads(act.body)["Entries"]
        return [entry for entry, result in zip(entries, results, strict=True) if "ErrorCode" in result]

    def _entry(self, event: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "EventBusName": self._bus_name,
            "Source": event["source"]["S"],
            "DetailType": event["detail_type"]["S"],
            "Detail": event["detail"]["S"],
        }


def _about_all(answer: Answer, kept: Sequence[bool]) -> Answer:
    """A refusal of the operations that were kept, as one of all that were asked for."""
    told = json.loads(answer.body)
    if "CancellationReasons" not in told:
        return answer
    reasons = iter(told["CancellationReasons"])
    everywhere = [next(reasons) if stays else {"Code": "None"} for stays in kept]
    return replace(answer, body=json.dumps({**told, "CancellationReasons": everywhere}).encode())


def _is_event(operation: Mapping[str, Any]) -> bool:
    return "Put" in operation and operation["Put"]["TableName"].endswith(_OUTBOX)


def _is_marker(operation: Mapping[str, Any]) -> bool:
    return "Put" in operation and _pk(operation["Put"]["Item"]).startswith(_MARKERS)


def _forgetful(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    """An operation that does not mind if its posting is there."""
    if "Put" not in operation or not _pk(operation["Put"]["Item"]).startswith(_POSTING):
        return operation
    return {"Put": {name: operation["Put"][name] for name in ("TableName", "Item")}}


def _pk(attributes: Mapping[str, Any]) -> str:
    return attributes.get("pk", {}).get("S", "")
