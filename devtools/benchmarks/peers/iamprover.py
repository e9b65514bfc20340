"""iamprover, fed with identities, resource policies, and the isolation of units as its invariants."""

import json
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from devtools.benchmarks.peers.iam_account import account, invariants
from devtools.benchmarks.peers.installed import Tool
from devtools.benchmarks.peers.stacks import STACK, Leaked, States, callers, compared_with, units
from devtools.benchmarks.peers.stacks import account as account_of
from ops.repository import ROOT
from pbckit.sandbox.stack_config import read_stack

NAME, VERSION = "iamprover", "0.7.1"
LIMIT_SECONDS = 20
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


def scan(tool: Tool, states: States, held: Path, folder: Path) -> frozenset[str]:
    """Verify a stack: which invariants are broken, each with who breaks it, and who is trusted from outside.

    Raises:
        NoAnswerError: there is no answer in time.
    """
    path = folder / "account.json"
    path.write_text(json.dumps(account(states)))
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


def found(tool: Tool, leaks: Iterable[Leaked], held: Path, folder: Path) -> tuple[list[str], list[str]]:
    """Titles of the leaks with which it finds more than without, and of those about which there is no answer in time.

    Raises:
        NoAnswerError: there is no answer in time about a stack without a leak.
    """
    clean = {opened: scan(tool, compared_with(opened=opened), held, folder) for opened in (False, True)}
    violated: list[str] = []
    unanswered: list[str] = []
    for leak in leaks:
        try:
            if scan(tool, leak.states, held, folder) - clean[leak.opened]:
                violated.append(leak.title)
        except NoAnswerError:
            unanswered.append(leak.title)
    return violated, unanswered
