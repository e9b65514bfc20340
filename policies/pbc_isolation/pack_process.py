"""The pack as a process of its own, asked as the Pulumi engine asks it: over gRPC, without an engine.

Stands alone: it imports nothing else of the pack, so that any program can use it. The protocol is that of the Pulumi
SDK that is installed; nothing else in the project speaks it.
"""

# The generated stubs have no types of their own.
# pyright: reportUnknownMemberType=false

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, cast

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from pbc_isolation.folder import source_folder
from pbc_isolation.stack.graph import is_provider, provider_settings

PACK = Path(__file__).resolve().parents[1]
_NO_ENGINE = "127.0.0.1:1"
_LARGEST_MESSAGE = 400 * 1024 * 1024
_START_SECONDS = 60
_ANSWER_SECONDS = 300
_AT_A_TIME = 16
"""A few times as many as the pack answers at once, so that it never waits for the next one."""

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET, _OUTPUT = "1b47061264138c4ac30d75fd1eb44270", "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"
_FILES = ("c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7")
"""Marks of objects that stand for other values: secrets, outputs, references to resources, assets and archives."""
_ENCRYPTED = f"[secret]{rpc.UNKNOWN}"
"""A text that is not known and not empty either: unlike an unknown alone, no provider will fill it in."""
_SETTINGS = "provider settings"
"""Key, among those of a state, of what its provider is set to."""

State = Mapping[str, Any]
"""A resource as it stands in `pulumi stack export`."""


class PackFailed(RuntimeError):
    """The pack did not start, or broke down. The message has what it wrote."""


@dataclass(frozen=True)
class Diagnostic:
    """What the pack says about a resource, or about the stack where `urn` is empty."""

    policy: str
    message: str
    urn: str
    mandatory: bool


@dataclass(frozen=True)
class Questions:
    """What the engine asks about a stack, put together before the pack is asked."""

    components: Sequence[Any]
    """Requests about what other resources stand below: it is registered before them."""
    others: Sequence[Sequence[Any]]
    """Requests about all other resources: groups, each of which depends on those before it."""
    stack: Sequence[Any]
    """Requests about the stack as a whole."""


def questions(states: Iterable[State]) -> Questions:
    """What the engine asks about the resources of an export: each by its inputs, then the stack by its outputs.

    Where the inputs say something else than the outputs, it asks about the stack by its inputs, too.
    """
    resources = _registered(states)
    above = {state.get("parent") for state in resources}
    return Questions(
        components=[_resource_request(state) for state in resources if state["urn"] in above],
        others=[
            [_resource_request(state) for state in group]
            for group in _one_after_the_other([state for state in resources if state["urn"] not in above])
        ],
        stack=[_stack_request(resources, properties) for properties in _views(resources)],
    )


class PackProcess:
    """A running pack; a context manager.

    Args:
        project: name of the project that is judged.
        stack: name of the stack that is judged.
        preview: True as at a preview, False as at an update.
        config: settings of each policy, by its name.

    Raises:
        PackFailed: on entering, if it does not start.
    """

    def __init__(
        self,
        project: str,
        stack: str,
        *,
        preview: bool = True,
        config: Mapping[str, Mapping[str, Any]] | None = None,
        folder: Path = PACK,
    ) -> None:
        self._environment = {
            **os.environ,
            "PULUMI_PROJECT": project,
            "PULUMI_STACK": stack,
            "PBC_ROOT": str(folder),
            "PULUMI_DRY_RUN": "true" if preview else "false",
            "PULUMI_CONFIG": json.dumps({}),
        }
        self._folder = source_folder(folder)
        self._config = config or {}

    def __enter__(self) -> "PackProcess":
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "pulumi.policy", _NO_ENGINE, "."],
            cwd=self._folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._channel = grpc.insecure_channel(f"127.0.0.1:{self._port()}", options=_options())
        self._stub: Any = analyzer_pb2_grpc.AnalyzerStub(self._channel)
        if self._config:
            self._configure()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._channel.close()
        self._stop()

    def policies(self) -> list[str]:
        """Names of the pack's policies."""
        return [policy.name for policy in self._ask(self._stub.GetAnalyzerInfo, _empty()).policies]

    def config_schemas(self) -> dict[str, dict[str, Any]]:
        """What can be configured: JSON Schemas by setting, by policy; without policies that have no settings."""
        from google.protobuf import json_format

        policies = self._ask(self._stub.GetAnalyzerInfo, _empty()).policies
        return {
            one.name: json_format.MessageToDict(one.configSchema.properties)
            for one in policies
            if one.HasField("configSchema")
        }

    def judge(self, states: Iterable[State]) -> list[Diagnostic]:
        """Everything the pack says about the resources of an export.

        Raises:
            PackFailed: the pack broke down.
        """
        return self.answer(questions(states))

    def answer(self, asked: Questions) -> list[Diagnostic]:
        """Everything the pack says about a stack.

        Raises:
            PackFailed: the pack broke down.
        """
        answers = [self._ask(self._stub.Analyze, request) for request in asked.components]
        for group in asked.others:
            answers += self._ask_all(self._stub.Analyze, group)
        answers += [self._ask(self._stub.AnalyzeStack, request) for request in asked.stack]
        return _diagnostics(answers)

    def before_creation(self, state: State) -> list[Diagnostic]:
        """What the pack says about one resource by its inputs: the engine asks before it makes the resource.

        Raises:
            PackFailed: the pack broke down.
        """
        return _diagnostics([self._ask(self._stub.Analyze, _resource_request(_sent(state)))])

    def of_stack(self, states: Iterable[State]) -> list[Diagnostic]:
        """What the pack says about a stack by its outputs: the engine asks when everything has been made.

        Raises:
            PackFailed: the pack broke down.
        """
        resources = _registered(states)
        request = _stack_request(resources, [_there(state) for state in resources])
        return _diagnostics([self._ask(self._stub.AnalyzeStack, request)])

    def _configure(self) -> None:
        request = analyzer_pb2.ConfigureAnalyzerRequest()
        for name, values in self._config.items():
            request.policyConfig[name].enforcementLevel = analyzer_pb2.MANDATORY
            request.policyConfig[name].properties.update(dict(values))
        self._ask(self._stub.Configure, request)

    def _port(self) -> int:
        """The port that the pack prints; ends it where it takes too long."""
        watchdog = threading.Timer(_START_SECONDS, self._process.kill)
        watchdog.start()
        line = self._process.stdout.readline().strip() if self._process.stdout else ""
        watchdog.cancel()
        if not line.isdigit():
            raise PackFailed(f"the policy pack did not start: {line or _last_line(self._stop())}")
        return int(line)

    def _ask_all(self, method: Any, requests: Iterable[Any]) -> list[Any]:
        """The answers to several requests, in order. A few are under way at a time; of many, gRPC cancels some.

        Raises:
            PackFailed: the pack broke down.
        """
        answers: list[Any] = []
        under_way: deque[Any] = deque()
        try:
            for request in requests:
                under_way.append(method.future(request, timeout=_ANSWER_SECONDS))
                if len(under_way) == _AT_A_TIME:
                    answers.append(under_way.popleft().result())
            answers += [one.result() for one in under_way]
        except grpc.RpcError as error:
            raise PackFailed(f"the policy pack broke down: {_in_one_line(error)}") from error
        return answers

    def _ask(self, method: Any, request: Any) -> Any:
        try:
            return method(request, timeout=_ANSWER_SECONDS)
        except grpc.RpcError as error:
            raise PackFailed(f"the policy pack broke down: {_in_one_line(error)}") from error

    def _stop(self) -> str:
        """End the process; what it wrote to its standard error."""
        self._process.kill()
        return self._process.communicate()[1].strip()


def _in_one_line(error: grpc.RpcError) -> str:
    """What the pack said of its own failure."""
    details = error.details() if isinstance(error, grpc.Call) else str(error)
    return " ".join((details or str(error)).split())


def _last_line(text: str) -> str:
    """What went wrong, of a traceback."""
    return text.rpartition("\n")[2] or "it ended without a word"


def _options() -> list[tuple[str, int]]:
    return [("grpc.max_send_message_length", _LARGEST_MESSAGE), ("grpc.max_receive_message_length", _LARGEST_MESSAGE)]


def _empty() -> Any:
    from google.protobuf import empty_pb2

    return empty_pb2.Empty()


def _sent(state: State) -> State:
    """A state of an export with its properties as the engine sends them."""
    return {**state, **{side: _sent_value(state[side]) for side in ("inputs", "outputs") if side in state}}


def _sent_value(value: Any) -> Any:
    if isinstance(value, list):
        return [_sent_value(item) for item in cast("list[Any]", value)]
    return _sent_object(cast("Mapping[str, Any]", value)) if isinstance(value, Mapping) else value


def _sent_object(fields: Mapping[str, Any]) -> Any:
    kind = fields.get(_SIGNATURE)
    if kind == _SECRET and "value" not in fields:
        return _sent_value(json.loads(fields["plaintext"])) if "plaintext" in fields else _ENCRYPTED
    if kind == _OUTPUT:
        return _sent_value(fields.get("value", rpc.UNKNOWN))
    if kind == _RESOURCE:
        return fields.get("id") or fields["urn"]
    if kind in _FILES and not fields.keys() & {"path", "text", "uri", "assets"}:
        return {**fields, "path": ""}  # What an export keeps of a file may be its hash alone.
    return {key: _sent_value(item) for key, item in fields.items()}


def _registered(states: Iterable[State]) -> list[State]:
    """What the engine asks about, each with what its provider is set to."""
    every = list(states)
    settings = provider_settings(every)
    return [
        {**_sent(state), _SETTINGS: _sent_value(settings.get(str(state.get("provider")), {}))}
        for state in every
        if _is_registered(state)
    ]


def _one_after_the_other(states: Iterable[State]) -> list[list[State]]:
    """Resources in groups: the engine registers one when all that it depends on is there."""
    depth: dict[str, int] = {}
    groups: list[list[State]] = []
    for state in states:
        of = depth[state["urn"]] = 1 + max((depth.get(urn, -1) for urn in state.get("dependencies") or ()), default=-1)
        groups += [[]] if of == len(groups) else []
        groups[of].append(state)
    return groups


def _is_registered(state: State) -> bool:
    """The engine asks about no provider, and about nothing that a program only looks up."""
    return not (is_provider(state["type"]) or state.get("external"))


def _resource_request(state: State) -> Any:
    return analyzer_pb2.AnalyzeRequest(
        type=state["type"],
        urn=state["urn"],
        name=_name(state),
        properties=_struct(state.get("inputs", {})),
        options=_resource_options(state),
    )


def _views(states: Sequence[State]) -> Sequence[Sequence[Mapping[str, Any]]]:
    """The properties of the resources as they are, and as the program wants them where that is something else."""
    there = [_there(state) for state in states]
    wanted = [{**one, **_known(state.get("inputs", {}))} for one, state in zip(there, states, strict=True)]
    return [there] if wanted == there else [there, wanted]


def _there(state: State) -> Mapping[str, Any]:
    """The properties of a resource. What a component does not give out again is only known from its inputs."""
    inputs, outputs = state.get("inputs", {}), state.get("outputs", {})
    return (outputs or inputs) if state.get("custom") else {**inputs, **outputs}


def _known(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in inputs.items() if rpc.UNKNOWN not in json.dumps(value)}


def _stack_request(states: Iterable[State], properties: Iterable[Mapping[str, Any]]) -> Any:
    return analyzer_pb2.AnalyzeStackRequest(resources=list(_stack_resources(states, properties)))


def _stack_resources(states: Iterable[State], properties: Iterable[Mapping[str, Any]]) -> Iterator[Any]:
    for state, values in zip(states, properties, strict=True):
        resource = analyzer_pb2.AnalyzerResource(
            type=state["type"],
            urn=state["urn"],
            name=_name(state),
            properties=_struct(values),
            options=_resource_options(state),
            parent=state.get("parent", ""),
            dependencies=list(state.get("dependencies", [])),
        )
        if state.get("provider"):
            resource.provider.CopyFrom(_provider(str(state["provider"]), state.get(_SETTINGS, {})))
        for key, urns in state.get("propertyDependencies", {}).items():
            resource.propertyDependencies[key].urns.extend(urns)
        yield resource


def _provider(reference: str, settings: Mapping[str, Any]) -> Any:
    """The provider that a state refers to by URN and id."""
    urn = reference.rpartition("::")[0]
    return analyzer_pb2.AnalyzerProviderResource(
        type=urn.split("::")[2], urn=urn, name=urn.split("::")[-1], properties=_struct(settings)
    )


def _resource_options(state: State) -> Any:
    return analyzer_pb2.AnalyzerResourceOptions(
        protect=bool(state.get("protect")), parent=state.get("parent", ""), aliases=list(state.get("aliases", []))
    )


def _name(state: State) -> str:
    return str(state["urn"]).split("::", 3)[-1]


def _struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(dict(values))
    return struct


def _diagnostics(answers: Iterable[Any]) -> list[Diagnostic]:
    """What some answers say, each once."""
    return list(dict.fromkeys(_diagnostic(one) for answer in answers for one in answer.diagnostics))


def _diagnostic(message: Any) -> Diagnostic:
    return Diagnostic(
        policy=message.policyName,
        message=message.message.removeprefix(f"{message.description}\n"),
        urn=message.urn,
        mandatory=message.enforcementLevel == analyzer_pb2.MANDATORY,
    )
