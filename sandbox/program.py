"""The real program run without an engine: every registration is captured, and provisioned where asked."""

import contextlib
import os
import runpy
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pulumi
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime import mocks
from pulumi.runtime.proto import resource_pb2

from sandbox.graph import STACK_TYPE, Graph, Resource, child_urn, stack_urn
from sandbox.stack_config import read_stack

Provision = Callable[[Resource], None]
"""Makes a custom resource: sets its `id` and `outputs`. Called from several threads."""

ROOT = Path(__file__).resolve().parents[1]
_DEFAULT_PROVIDER_ID = "default"


class DuplicateUrn(ValueError):
    """Two resources of one type and name under one parent: the engine would refuse the second."""


def capture(stack: str, *, preview: bool = True, provision: Provision | None = None, root: Path = ROOT) -> Graph:
    """Run `__main__.py` of the project for a stack, and give the graph of what it registered.

    Args:
        stack: name of the stack; its configuration is read from `Pulumi.<stack>.yaml`.
        preview: True leaves every computed value unknown, as at the first preview.
        provision: makes each custom resource; without it nothing is made.
        root: folder of the project.

    Raises:
        InvalidStack: the stack does not exist or cannot be read.
        DuplicateUrn: the program registers a resource twice.
        Exception: whatever the program raises, as it is.
    """
    config = read_stack(root, stack)
    graph = Graph(project=config.project, stack=stack)
    with _runtime_restored(), _working_in(root):
        pulumi.runtime.set_all_config(dict(config.values))
        mocks.set_mocks(
            _NoMocks(), project=config.project, stack=stack, preview=preview, monitor=_Monitor(graph, provision)
        )
        mocks.test(_run_main)()
        graph.outputs = _exports()
    return graph


def _run_main() -> None:
    runpy.run_path("__main__.py", run_name="__main__")


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
        if request.urn in self._by_urn:
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
            aliases=[*request.aliasURNs],
            provider=request.provider or (_default_provider(graph, request.type) if request.custom else ""),
        )
        with self._lock:
            if resource.urn in self._by_urn:
                raise DuplicateUrn(f"{resource.urn} is registered twice")
            self._by_urn[resource.urn] = resource
            graph.resources.append(resource)
        return resource


def _exports() -> dict[str, Any]:
    """What the program exported, where it is plain data."""
    root = pulumi.runtime.get_root_resource()
    return dict(getattr(root, "outputs", {}))


def _default_provider(graph: Graph, token: str) -> str:
    package = token.split(":", maxsplit=1)[0]
    return f"urn:pulumi:{graph.stack}::{graph.project}::pulumi:providers:{package}::default::{_DEFAULT_PROVIDER_ID}"


def _plain(message: struct_pb2.Struct) -> dict[str, Any]:
    return {key: _plain_value(value) for key, value in message.fields.items()}


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


@contextlib.contextmanager
def _runtime_restored() -> Iterator[None]:
    """Leave Pulumi's process-wide settings and configuration as they were."""
    settings = pulumi.runtime.settings.SETTINGS
    before = dict(vars(settings))
    try:
        yield
    finally:
        pulumi.runtime.set_all_config({})
        for key, value in before.items():
            setattr(settings, key, value)
