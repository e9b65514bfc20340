"""Deploy the program to the embedded AWS: run it, and make each resource as it is registered."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pbckit.program_root import program_root
from pbckit.sandbox.callers import make_callers
from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.sandbox.graph import Graph, Resource, export_name
from pbckit.sandbox.program import capture
from pbckit.sandbox.provision import NotModelled, provision
from pbckit.sandbox.stack_config import read_stack

LOCAL_STACK = "local"
CONFINEMENT = frozenset({"aws:iam/policy:Policy", "aws:kms/alias:Alias", "aws:kms/key:Key"})
"""Types of what confines a unit: who deploys the unit alone finds them there, and may not make them."""
OnProgress = Callable[[Resource, int], None]
"""Told each resource when it is there, and how many there are by then."""


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """What was deployed."""

    graph: Graph
    not_modelled: list[NotModelled]
    """What the program asks for and the embedded AWS does not have."""


def deploy(
    aws: EmbeddedAws,
    *,
    stack: str = LOCAL_STACK,
    confined_by: Graph | None = None,
    on_progress: OnProgress | None = None,
    root: Path | None = None,
    config: Mapping[str, str] | None = None,
) -> Deployment:
    """Deploy to a region that has nothing of the stack, and write `export.json` into the sandbox's folder; of a stack
    of one unit `export.<stack>.json`.

    Args:
        aws: where to, for somebody who may.
        stack: name of the stack.
        confined_by: an earlier deployment of the stack whose confinement is still there, and is not made.
        on_progress: told each resource when it is there.
        root: folder of the project.
        config: as for `capture`.

    Raises:
        UnknownType: the program has a type that the sandbox does not know.
        InvalidStack: the stack does not exist.
        Exception: whatever the program raises.
    """
    not_modelled: list[NotModelled] = []
    there = {one.urn: one for one in confined_by.resources if one.type in CONFINEMENT} if confined_by else {}
    count = 0
    lock = threading.Lock()

    def make(resource: Resource) -> None:
        nonlocal count
        before = there.get(resource.urn)
        if before is None:
            missing = provision(aws, resource)
        else:
            missing = []
            resource.id, resource.outputs = before.id, dict(before.outputs)
        with lock:
            not_modelled.extend(missing)
            count += 1
            if on_progress is not None:
                on_progress(resource, count)

    make_callers(aws, _callers(stack, root, config or {}) if confined_by is None else ())
    graph = capture(stack, preview=False, provision=make, root=root, config=config)
    graph.save(aws.folder / export_name(stack))
    return Deployment(graph=graph, not_modelled=sorted(not_modelled))


def _callers(stack: str, root: Path | None, config: Mapping[str, str]) -> Sequence[str]:
    """The roles that a stack names as callers of read APIs. A wrong value is the program's to refuse."""
    found = read_stack(root or program_root(), stack)
    named = {**found.values, **config}.get(f"{found.project}:readApiCallers", "[]")
    try:
        return msgspec.json.decode(named, type=list[str])
    except msgspec.DecodeError:
        return ()
