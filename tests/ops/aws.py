"""AWS as the operator's command sees it: the clients of the services it calls, scripted. Nothing else is replaced."""

import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from botocore.exceptions import ClientError

from pbckit.cli.client.session import Session
from pbckit.contracts.decoding import ready
from pbckit.contracts.definitions import AnyCapability, Message
from pbckit.contracts.envelope import Refusal, Reply
from pbckit.infra.names import Names

NAMES = Names(project="rewards", environment="dev", unit="operations", account="111111111111", region="eu-central-1")


def client_error(code: str, message: str, operation: str) -> ClientError:
    """An error as AWS answers it."""
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@dataclass(frozen=True, kw_only=True)
class CallContext:
    """An invocation that Lambda got."""

    function: str
    metadata: dict[str, Any]
    data: dict[str, Any]


@dataclass(kw_only=True)
class ScriptedLambda:
    """Lambda's client: functions that answer what they were told to."""

    asked: list[CallContext] = field(default_factory=list[CallContext])
    _replies: dict[str, list[dict[str, Any]]] = field(default_factory=dict[str, list[dict[str, Any]]])
    _deciders: dict[str, Callable[[dict[str, Any]], Reply]] = field(
        default_factory=dict[str, Callable[[dict[str, Any]], Reply]]
    )

    def answers(self, capability: AnyCapability, *answers: Message) -> None:
        """Let a capability answer; the last answer stands for all calls after it."""
        self._replies[arn(capability)] = [_payload(Reply(answer=_raw(answer))) for answer in answers]

    def decides(self, capability: AnyCapability, decide: Callable[[dict[str, Any]], Reply]) -> None:
        """Let a capability answer by what it is asked."""
        self._deciders[arn(capability)] = decide

    def runs(self, capability: AnyCapability, handler: Any, runtime: Any) -> None:
        """Let a capability answer as its handler does, in memory; `ada` asks."""

        def decide(data: dict[str, Any]) -> Reply:
            call = {"metadata": {"correlation_id": "c", "actor": "ada"}, "data": data}
            return msgspec.json.decode(json.dumps(handler.answer(call, runtime)), type=ready(Reply))

        self.decides(capability, decide)

    def refuses(self, capability: AnyCapability, error: str, message: str) -> None:
        """Let a capability refuse."""
        self._replies[arn(capability)] = [_payload(Reply(refusal=Refusal(error=error, message=message)))]

    def fails(self, capability: AnyCapability, message: str) -> None:
        """Let a capability's function fail, as Lambda tells it."""
        body = json.dumps({"errorType": "ValueError", "errorMessage": message}).encode()
        self._deciders.pop(arn(capability), None)
        self._replies[arn(capability)] = [{"FunctionError": "Unhandled", "body": body}]

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 boto3's own names
        """What boto3's client does."""
        call = json.loads(Payload)
        self.asked.append(CallContext(function=FunctionName, **call))
        if FunctionName in self._deciders:
            return {"Payload": io.BytesIO(_payload(self._deciders[FunctionName](call["data"]))["body"])}
        if FunctionName not in self._replies:
            raise client_error("ResourceNotFoundException", f"Function not found: {FunctionName}", "Invoke")
        replies = self._replies[FunctionName]
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        return {**{k: v for k, v in reply.items() if k != "body"}, "Payload": io.BytesIO(reply["body"])}


@dataclass(kw_only=True)
class ScriptedEvents:
    """EventBridge's client. `refuses` says with which error code an entry of an attempt is not taken."""

    refuses: Callable[[int, dict[str, Any]], str | None] = lambda _attempt, _entry: None
    requests: list[list[dict[str, Any]]] = field(default_factory=list[list[dict[str, Any]]])
    taken: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 boto3's own names
        """What boto3's client does: success, with the failures inside."""
        self.requests.append(list(Entries))
        results = [self._result(entry) for entry in Entries]
        return {"FailedEntryCount": sum("ErrorCode" in result for result in results), "Entries": results}

    def _result(self, entry: dict[str, Any]) -> dict[str, str]:
        error = self.refuses(len(self.requests), entry)
        if error is not None:
            return {"ErrorCode": error, "ErrorMessage": "not now"}
        self.taken.append(entry)
        return {"EventId": str(len(self.taken))}

    def details(self) -> list[dict[str, Any]]:
        """What was taken, as it stands on the bus."""
        return [json.loads(entry["Detail"]) for entry in self.taken]


@dataclass(kw_only=True)
class ScriptedCloudWatch:
    """CloudWatch's client: alarms that ring."""

    ringing: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    asked: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def get_paginator(self, operation: str) -> "ScriptedCloudWatch":
        """What boto3's client does."""
        assert operation == "describe_alarms"
        return self

    def paginate(self, **request: Any) -> list[dict[str, Any]]:
        """One alarm a page."""
        self.asked.append(request)
        return [{"MetricAlarms": [alarm]} for alarm in self.ringing]


@dataclass(frozen=True, kw_only=True)
class Aws:
    """A boto3 session, as far as the command uses it."""

    lambda_: ScriptedLambda = field(default_factory=ScriptedLambda)
    events: ScriptedEvents = field(default_factory=ScriptedEvents)
    sts: Any = None
    cloudwatch: ScriptedCloudWatch = field(default_factory=ScriptedCloudWatch)

    def client(self, service: str, **_options: object) -> Any:
        """A service's client."""
        return {"lambda": self.lambda_, "events": self.events, "sts": self.sts, "cloudwatch": self.cloudwatch}[service]

    def session(self) -> Session:
        """An operator's session on it."""
        boto: Any = self
        return Session(names=NAMES, actor="ada", assume=lambda _unit: boto, endpoint=None)


def arn(capability: AnyCapability) -> str:
    """Where a capability is asked."""
    return f"arn:aws:lambda:eu-central-1:111111111111:function:rewards-dev-{capability.unit}_{capability.name}:live"


def _raw(answer: Message) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(answer))


def _payload(reply: Reply) -> dict[str, Any]:
    return {"body": msgspec.json.encode(reply)}
