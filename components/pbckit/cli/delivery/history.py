"""Deployments, as `pulumi stack history --json` records them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import msgspec

from pbckit.cli.errors import OperatorError
from pbckit.contracts.decoding import ready

ALL_UNITS = ""
"""Stands for every unit, in the name of a stack that holds all of them."""


class _Environment(msgspec.Struct, rename={"head": "git.head"}):
    head: str = ""


class _Update(msgspec.Struct, rename="camel"):
    kind: str
    result: str
    start_time: datetime
    end_time: datetime
    message: str = ""
    environment: _Environment = msgspec.field(default_factory=_Environment)


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """One `pulumi up` of a stack."""

    stack: str
    unit: str
    """The unit that the stack holds; `ALL_UNITS` for all."""
    commit: str
    """Full id of the commit; empty where Pulumi ran outside of a repository."""
    started_at: datetime
    ended_at: datetime
    succeeded: bool
    message: str


def read_histories(folder: Path, environment: str) -> list[Deployment]:
    """The deployments of an environment, by their end, oldest first.

    Args:
        folder: one file a stack, named after it: `prod.json`, or `prod-orders.json`.
        environment: the first part of the stacks' names; others are left out.

    Raises:
        OperatorError: there is no such folder or no history of the environment, or a file is no history.
    """
    files = [path for path in sorted(folder.glob("*.json")) if _unit(path.stem, environment) is not None]
    if not files:
        raise OperatorError(
            f"{folder}: no history of {environment}; write `pulumi stack history --json` to STACK.json there"
        )
    found = [deployment for path in files for deployment in _read(path, environment)]
    if not found:
        raise OperatorError(f"{folder}: the histories of {environment} are empty: nothing was deployed yet")
    return sorted(found, key=lambda one: (one.ended_at, one.stack))


def _unit(stack: str, environment: str) -> str | None:
    name, _, unit = stack.partition("-")
    return unit or ALL_UNITS if name == environment else None


def _read(path: Path, environment: str) -> Iterator[Deployment]:
    try:
        body: Any = json.loads(path.read_text() or "[]")
        updates = msgspec.convert(body, ready(list[_Update]), strict=False)
    except (ValueError, msgspec.ValidationError) as error:
        raise OperatorError(f"{path}: not what `pulumi stack history --json` writes: {error}") from error
    for update in updates:
        if update.kind == "update" and update.result in ("succeeded", "failed"):
            yield Deployment(
                stack=path.stem,
                unit=cast("str", _unit(path.stem, environment)),
                commit=update.environment.head,
                started_at=update.start_time,
                ended_at=update.end_time,
                succeeded=update.result == "succeeded",
                message=update.message,
            )
