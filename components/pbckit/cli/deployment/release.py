"""`pbc release`: give new code a share of a unit's traffic, watch the unit's alarms, then give it all, or none.

A deployment publishes new code, but where `<project>:releases` is `canary` it leaves the alias `live` on the old.
Whoever deploys the unit releases it, with the rights of its deployment role.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError

from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.errors import SAID_NO, OperatorError
from pbckit.cli.output import AsJson, Stack, out, print_json, print_table, progress
from pbckit.infra.environment import EMBEDDED
from pbckit.infra.names import LIVE
from pbckit.program_root import program_root
from pbckit.sandbox.embedded_aws import SandboxError, connect
from pbckit.sandbox.graph import Graph
from pbckit.sandbox.program import capture
from pbckit.sandbox.stack_config import InvalidStack, read_stack

_LOOK_EVERY_SECONDS = 5.0
_FUNCTION, _ALARM = "aws:lambda/function:Function", "aws:cloudwatch/metricAlarm:MetricAlarm"
Clients = Callable[[str], Any]


@dataclass(frozen=True, kw_only=True)
class Move:
    """One function whose alias moves."""

    function: str
    old: str
    """The version that has the traffic."""
    new: str
    """The newest published version."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """What became of a release."""

    unit: str
    moves: list[Move]
    released: bool
    ringing: list[str]
    """The alarms that ended it."""


def release(
    unit: Annotated[str, typer.Argument(help="The unit, for example `orders`.")],
    percent: Annotated[int, typer.Option(min=1, max=99, help="Share of the traffic for new code meanwhile.")] = 10,
    minutes: Annotated[float, typer.Option(min=0, help="How long the unit's alarms are watched.")] = 10,
    stack: Stack = LOCAL_STACK,
    as_json: AsJson = False,
) -> None:
    """Release what was deployed of a unit: a share of the traffic first, all of it if no alarm of the unit rings.

    Interrupted, or when an alarm rings, the old code has all traffic again. Exit code 1: an alarm rang; 2: no such unit
    or stack, or AWS does not let this caller.
    """
    graph, clients = _graph(stack, unit), _clients(stack)
    try:
        moves = pending(clients("lambda"), _names(graph, unit, _FUNCTION))
        ringing = _canary(clients, moves, _names(graph, unit, _ALARM), percent / 100, minutes * 60)
    except (BotoCoreError, ClientError) as error:
        raise OperatorError(f"{unit} in {stack}: {error}") from error
    found = Release(unit=unit, moves=moves, released=bool(moves) and not ringing, ringing=ringing)
    if as_json:
        print_json(asdict(found))
    else:
        _show(found)
    if ringing:
        raise typer.Exit(SAID_NO)


def pending(client: Any, functions: Sequence[str]) -> list[Move]:
    """The functions whose newest version does not have all traffic."""
    found: list[Move] = []
    for function in functions:
        alias = client.get_alias(FunctionName=function, Name=LIVE)
        pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=function)
        versions = [one["Version"] for page in pages for one in page["Versions"]]
        newest = max((one for one in versions if one.isdigit()), key=int)
        if newest != alias["FunctionVersion"]:
            found.append(Move(function=function, old=alias["FunctionVersion"], new=newest))
    return found


def _canary(clients: Clients, moves: list[Move], alarms: Sequence[str], share: float, seconds: float) -> list[str]:
    """Move the aliases in part, watch, and move them whole; the alarms that rang, after which they are back."""
    if not moves:
        return []
    ringing = _ringing(clients("cloudwatch"), alarms)
    if ringing:
        return ringing
    released = False
    try:
        for move in moves:
            _point(clients("lambda"), move.function, move.old, {move.new: share})
        ringing = _watch(clients("cloudwatch"), alarms, seconds)
        if not ringing:
            for move in moves:
                _point(clients("lambda"), move.function, move.new, {})
            released = True
    finally:
        if not released:
            for move in moves:
                _point(clients("lambda"), move.function, move.old, {})
    return ringing


def _point(client: Any, function: str, version: str, shares: dict[str, float]) -> None:
    """Point the alias at a version, with shares of its traffic for others."""
    routing = {"AdditionalVersionWeights": shares}
    client.update_alias(FunctionName=function, Name=LIVE, FunctionVersion=version, RoutingConfig=routing)


def _watch(client: Any, alarms: Sequence[str], seconds: float) -> list[str]:
    """Look at alarms until the time is over or one rings. The last look is after the time."""
    with progress() as bar:
        task, end = bar.add_task("watching alarms", total=int(seconds)), time.monotonic() + seconds
        while True:
            left = end - time.monotonic()
            ringing = _ringing(client, alarms)
            if ringing or left <= 0:
                return ringing
            time.sleep(min(_LOOK_EVERY_SECONDS, left))
            bar.update(task, completed=int(seconds - max(left, 0)))


def _ringing(client: Any, alarms: Sequence[str]) -> list[str]:
    pages = client.get_paginator("describe_alarms").paginate(StateValue="ALARM", AlarmTypes=["MetricAlarm"])
    return sorted({one["AlarmName"] for page in pages for one in page["MetricAlarms"]} & {*alarms})


def _names(graph: Graph, unit: str, kind: str) -> list[str]:
    """The physical names of a unit's things of a type."""
    return sorted(one.inputs["name"] for one in graph.by_type(kind) if one.inputs["tags"]["pbc"] == unit)


def _graph(stack: str, unit: str) -> Graph:
    try:
        graph = capture(stack, preview=True, root=program_root())
    except InvalidStack as error:
        raise OperatorError(str(error)) from error
    if unit not in graph.outputs["units"]:
        raise OperatorError(f"no unit {unit!r} in {stack}; there are: {', '.join(graph.outputs['units'])}")
    return graph


def _clients(stack: str) -> Clients:
    """Clients with the caller's own credentials; in the sandbox, with its root's."""
    try:
        if stack in EMBEDDED:
            return connect().client
        session = boto3.Session(region_name=read_stack(program_root(), stack).value("aws:region"))
    except (SandboxError, InvalidStack) as error:
        raise OperatorError(str(error)) from error
    return session.client


def _show(found: Release) -> None:
    if not found.moves:
        out.print(f"{found.unit}: the newest code has all traffic already.")
        return
    rows = [(one.function, one.old, one.new) for one in found.moves]
    print_table(f"{found.unit}", ["function", "old version", "new version"], rows)
    if found.ringing:
        out.print(f"Put back: {', '.join(found.ringing)} rings. The old code has all traffic.")
    else:
        out.print("Released: the new code has all traffic.")
