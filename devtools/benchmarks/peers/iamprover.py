"""iamprover, fed with identities, resource policies, and the isolation of units as its invariants."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from devtools.benchmarks.peers.iam_account import account, invariants
from devtools.benchmarks.peers.installed import Tool
from devtools.benchmarks.peers.stacks import STACK, Clean, Leaked, States, callers, compared_with, units
from devtools.benchmarks.peers.stacks import account as account_of
from ops.repository import ROOT
from pbckit.sandbox.stack_config import read_stack
from tests.policies.leaks.changes import THIEF_ROLE, concerned

NAME, VERSION = "iamprover", "0.7.1"
LIMIT_SECONDS = 20
Account = Mapping[str, Any]
_OPTIONS = ("--privesc", "--check-trust", "--closure", "all")
_VIOLATED = 2
"""How iamprover ends where an invariant does not hold."""


class NoAnswerError(RuntimeError):
    """It is not done within the limit."""


def write_invariants(states: States, folder: Path) -> Path:
    """What must hold, written for a stack."""
    config = read_stack(ROOT, STACK)
    prefix = f"{config.project}-{STACK}-{{unit}}_"
    path = folder / "invariants.yaml"
    place = config.value("aws:region"), account_of(states)
    path.write_text(yaml.safe_dump(invariants(states, units(), prefix, place, callers())))
    return path


def scan(tool: Tool, told: Account, held: Path, folder: Path) -> frozenset[str]:
    """Verify an account: which invariants are broken, each with who breaks it, and who is trusted from outside.

    Raises:
        NoAnswerError: there is no answer in time.
    """
    path = folder / "account.json"
    path.write_text(json.dumps(told))
    command = [tool.command, "verify", "--account", path, "--invariants", held, *_OPTIONS]
    try:
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise NoAnswerError(tool.name) from error
    if run.returncode not in (0, _VIOLATED):
        raise subprocess.CalledProcessError(run.returncode, run.args, run.stdout, run.stderr)
    return frozenset(_findings(run.stdout))


def _findings(text: str) -> Iterator[str]:
    """What it printed as text: after each broken invariant, a line for each principal that breaks it."""
    invariant = ""
    for line in text.splitlines():
        if line.startswith("["):
            invariant = line
        if line.startswith("[TRUST-FAIL]") or line.lstrip().startswith("counterexample:"):
            yield f"{invariant} {line.strip()}"


@dataclass
class Found:
    """Titles of leaks."""

    violated: list[str] = field(default_factory=list[str])
    """With which it finds more than without."""
    unanswered: list[str] = field(default_factory=list[str])
    """About which there is no answer in time."""
    untold: list[str] = field(default_factory=list[str])
    """That change nothing of what it can be told."""


def found(tool: Tool, leaks: Iterable[Leaked], folder: Path) -> Found:
    """What it finds of some leaks.

    Of each it is told of the roles of the unit that leaks go out from, of whoever else the leak changes, and of the
    things of the units that the corpus changes: about all roles at once it gives no answer.
    """
    known = {clean: account(compared_with(clean)) for clean in Clean}
    held = write_invariants(concerned(compared_with(Clean.SHIPPED)), folder)
    of_leaks = Found()
    clean_findings: dict[str, frozenset[str]] = {}
    for leak in leaks:
        told = account(leak.states)
        if told == known[leak.clean]:
            of_leaks.untold.append(leak.title)
            continue
        before, after = _asked_about(known[leak.clean], told)
        try:
            key = json.dumps(before)
            if key not in clean_findings:
                clean_findings[key] = scan(tool, before, held, folder)
            if scan(tool, after, held, folder) - clean_findings[key]:
                of_leaks.violated.append(leak.title)
        except NoAnswerError:
            of_leaks.unanswered.append(leak.title)
        print(f"{NAME}: {leak.title}", file=sys.stderr, flush=True)
    return of_leaks


def _asked_about(before: Account, after: Account) -> tuple[Account, Account]:
    """The same principals of an account without and with a leak: the thief's unit's, and those that differ."""
    was = {one["arn"]: one for one in before["principals"]}
    are = {one["arn"]: one for one in after["principals"]}
    unit = THIEF_ROLE.partition("_")[0]
    asked = {
        arn for arn in {**was, **are} if arn.rpartition("/")[2].startswith(f"{unit}_") or was.get(arn) != are.get(arn)
    }
    return _only(before, asked), _only(after, asked)


def _only(told: Account, arns: set[str]) -> Account:
    return {**told, "principals": [one for one in told["principals"] if one["arn"] in arns]}
