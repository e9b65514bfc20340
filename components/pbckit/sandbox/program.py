"""The real program run without an engine: every registration is captured, and provisioned where asked."""

import asyncio
import contextlib
import contextvars
import gc
import hashlib
import logging
import os
import runpy
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pulumi
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime import mocks
from pulumi.runtime import resource as sdk
from pulumi.runtime.proto import resource_pb2, source_pb2
from pulumi.runtime.stack import Stack

from pbckit.errors import PbckitError
from pbckit.program_root import program_root, working_on
from pbckit.sandbox.graph import STACK_TYPE, Graph, Resource, child_urn, stack_urn
from pbckit.sandbox.stack_config import StackConfig, read_stack

Provision = Callable[[Resource], None]
"""Makes a custom resource: sets its `id` and `outputs`. Called from several threads."""

_DEFAULT_PROVIDER_ID = "default"
_LOG = logging.getLogger(__name__)
"""What the program says in an engine's diagnostics. Warnings are about deploying to AWS, which is not done here."""
_LOG.setLevel(logging.ERROR)
_STACK_TRACE = "_get_stack_trace"
"""The SDK's own function that finds out where in the code a resource is: the only place where that can be left out."""
_SIGNATURE = "4dabf18193072939515e22adb298388d"
"""Key that tells the kinds of special objects apart, in Pulumi's protocol as in its exports."""
_ASSET, _ARCHIVE = "c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"
_FEATURES_DECLINED = {
    resource_pb2.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,  # so that aliases arrive as URNs, as they stand in a state
    resource_pb2.RESOURCE_MONITOR_FEATURE_SECRETS,  # so that a secret arrives as its value, as a provider gets it
}


class DuplicateUrn(PbckitError, ValueError):
    """Two resources of one type and name under one parent: the engine would refuse the second."""


def capture(
    stack: str,
    *,
    preview: bool = True,
    provision: Provision | None = None,
    root: Path | None = None,
    config: Mapping[str, str] | None = None,
) -> Graph:
    """Run `__main__.py` of the project for a stack, and give the graph of what it registered.

    Args:
        stack: name of the stack; its configuration is read from `Pulumi.<stack>.yaml`.
        preview: True leaves every computed value unknown, as at the first preview.
        provision: makes each custom resource; without it nothing is made.
        root: folder of the project; by default the one that the working directory is in.
        config: values that stand above those of the file, by full key, as those of `pulumi up --config`.

    Raises:
        InvalidStack: the stack does not exist or cannot be read.
        DuplicateUrn: the program registers a resource twice.
        Exception: whatever the program raises, as it is.
    """
    root = root or program_root()
    found = read_stack(root, stack)
    found = replace(found, values={**found.values, **(config or {})})
    graph = Graph(project=found.project, stack=stack)
    # Pulumi keeps its settings, configuration and root resource in context variables: in a context of its own, a run
    # neither sees the one before nor leaves a trace.
    contextvars.copy_context().run(_run, found, _Monitor(graph, provision), preview, root)
    return graph


def _run(config: StackConfig, monitor: "_Monitor", preview: bool, root: Path) -> None:  # noqa: FBT001 as capture's
    pulumi.runtime.reset_options()
    pulumi.runtime.set_all_config(dict(config.values))
    where = {"project": config.project, "stack": config.stack}
    with _working_in(root), working_on(root), _no_search_for_cycles(), _no_stack_traces():
        mocks.set_mocks(_NoMocks(), **where, preview=preview, logger=_LOG, monitor=monitor)
        mocks.test(_run_main)()


@contextlib.contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """A run makes millions of objects that live until it ends: looking for cycles among them takes 40% of its time."""
    searching = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if searching:
            gc.enable()


@contextlib.contextmanager
def _no_stack_traces() -> Iterator[None]:
    """With each registration the SDK tells an engine where in the code it is: a fifth of the time, and nobody asks."""
    told = vars(sdk).get(_STACK_TRACE)
    if told is None:
        # Another version of the SDK: a run takes longer.
        yield
        return
    setattr(sdk, _STACK_TRACE, source_pb2.StackTrace)
    try:
        yield
    finally:
        setattr(sdk, _STACK_TRACE, told)


def _run_main() -> None:
    asyncio.get_running_loop().set_exception_handler(_told_elsewhere)
    runpy.run_path("__main__.py", run_name="__main__")
    stack = pulumi.runtime.get_root_resource()
    if isinstance(stack, Stack):
        stack.register_outputs(stack.outputs)


def _told_elsewhere(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What fails in one registration fails in those that wait for it, and surfaces from the run.

    The futures that it leaves behind would be logged again whenever the garbage collector finds them: late, and with
    their tracebacks, in the middle of anything.
    """
    if "never retrieved" not in context["message"]:
        loop.default_exception_handler(context)


class _NoMocks(mocks.Mocks):
    """The monitor below answers by itself; a call of a provider's function has nobody to answer it."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        raise NotImplementedError(args.typ)

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], list[tuple[str, str]] | None]:
        raise NotImplementedError(f"the program calls {args.token}, which only a provider can answer")


class _Monitor(mocks.MockMonitor):
    """Keeps every registration, with the URN that the engine would give it."""

    def __init__(self, graph: Graph, provision: Provision | None) -> None:
        super().__init__(_NoMocks())
        self._graph = graph
        self._provision = provision
        self._by_urn: dict[str, Resource] = {}
        self._lock = threading.Lock()

    def GetDeploymentInfo(self, request: Any) -> Any:  # noqa: N802 the name of the gRPC method
        features = super().GetDeploymentInfo(request).supportedFeatures
        return resource_pb2.DeploymentInfo(supportedFeatures=[one for one in features if one not in _FEATURES_DECLINED])

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 the name of the gRPC method
        if request.type == STACK_TYPE:
            return resource_pb2.RegisterResourceResponse(urn=stack_urn(self._graph.project, self._graph.stack))
        resource = self._keep(request)
        if resource.custom and self._provision is not None:
            self._provision(resource)
        return resource_pb2.RegisterResourceResponse(
            urn=resource.urn, id=resource.id, object=_as_struct(resource.outputs)
        )

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 the name of the gRPC method
        outputs = _plain(request.outputs)
        if request.urn == stack_urn(self._graph.project, self._graph.stack):
            # The mocks register the stack with no outputs at all, and the two registrations may overtake each other.
            self._graph.outputs |= outputs
        else:
            self._by_urn[request.urn].outputs = outputs
        return empty_pb2.Empty()

    def _keep(self, request: Any) -> Resource:
        graph = self._graph
        inputs = _plain(request.object)
        resource = Resource(
            urn=child_urn(graph.project, graph.stack, request.parent, request.type, request.name),
            type=request.type,
            name=request.name,
            custom=request.custom,
            parent=request.parent or stack_urn(graph.project, graph.stack),
            inputs=inputs,
            outputs=dict(inputs),
            dependencies=sorted(request.dependencies),
            property_dependencies={
                key: sorted(value.urns) for key, value in request.propertyDependencies.items() if value.urns
            },
            protect=request.protect,
            ignore_changes=[*request.ignoreChanges],
            aliases=[*request.aliasURNs],
            provider=request.provider or (_default_provider(graph, request.type) if request.custom else ""),
            delete_before_replace=request.deleteBeforeReplace if request.deleteBeforeReplaceDefined else None,
            replace_with=[*request.replace_with],
            deleted_with=request.deletedWith,
            retain_on_delete=request.retainOnDelete,
        )
        with self._lock:
            if resource.urn in self._by_urn:
                raise DuplicateUrn(f"{resource.urn} is registered twice")
            self._by_urn[resource.urn] = resource
            graph.resources.append(resource)
        return resource


def _default_provider(graph: Graph, token: str) -> str:
    package = token.split(":", maxsplit=1)[0]
    return f"urn:pulumi:{graph.stack}::{graph.project}::pulumi:providers:{package}::default::{_DEFAULT_PROVIDER_ID}"


def _plain(message: struct_pb2.Struct) -> dict[str, Any]:
    values = {key: _plain_value(value) for key, value in message.fields.items()}
    return _with_hash(values) if values.get(_SIGNATURE) in (_ASSET, _ARCHIVE) else values


def _with_hash(file: dict[str, Any]) -> dict[str, Any]:
    """An asset or archive with the hash that the engine adds: what tells a changed file from an unchanged one."""
    path = Path(file.get("path", ""))
    return {**file, "hash": hashlib.sha256(path.read_bytes()).hexdigest()} if path.is_file() else file


def _plain_value(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return _plain(value.struct_value)
    if kind == "list_value":
        return [_plain_value(item) for item in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return None if kind in (None, "null_value") else getattr(value, kind)


def _as_struct(values: dict[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(values)
    return struct


@contextlib.contextmanager
def _working_in(root: Path) -> Iterator[None]:
    """Run as the CLI does: in the project's folder, which is on the import path."""
    before = Path.cwd()
    os.chdir(root)
    sys.path.insert(0, str(root))
    try:
        yield
    finally:
        sys.path.remove(str(root))
        os.chdir(before)
