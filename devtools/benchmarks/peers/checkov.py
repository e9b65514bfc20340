"""checkov, fed with Terraform plans."""

import json
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from devtools.benchmarks.peers.installed import Tool
from devtools.benchmarks.peers.stacks import Leaked, States
from devtools.benchmarks.peers.terraform_plan import plan

NAME, VERSION = "checkov", "3.3.30"
_FAILED = 1
"""How checkov ends where it finds something."""

Findings = Mapping[str, frozenset[tuple[str, str]]]
"""By file: the check that failed, and the resource."""


def scan(tool: Tool, states: States, folder: Path) -> int:
    """Scan a stack; how many findings there are."""
    return sum(map(len, _scanned(tool, {"stack.json": states}, folder).values()))


def found(tool: Tool, leaks: Iterable[Leaked], folder: Path) -> list[str]:
    """Titles of the leaks that it finds: any check fails that did not fail before, on a changed or added resource.

    All are scanned in one run, and of each only the resources that the leak touches: its checks are about one resource,
    or a few that refer to each other.
    """
    files: dict[str, States] = {}
    titles: dict[int, str] = {}
    for number, leak in enumerate(leaks):
        titles[number] = leak.title
        files |= {f"{number}-before.json": leak.before, f"{number}-after.json": leak.after}
    failed = _scanned(tool, files, folder)
    nothing = frozenset[tuple[str, str]]()
    return [
        title
        for number, title in titles.items()
        if failed.get(f"{number}-after.json", nothing) - failed.get(f"{number}-before.json", nothing)
    ]


def _scanned(tool: Tool, files: Mapping[str, States], folder: Path) -> Findings:
    folder.mkdir()
    for name, states in files.items():
        (folder / name).write_text(json.dumps(plan(states)))
    options = ["--framework", "terraform_plan", "--output", "json", "--quiet", "--compact", "--skip-download"]
    run = subprocess.run([tool.command, "--directory", folder, *options], capture_output=True, text=True, check=False)
    if run.returncode not in (0, _FAILED):
        raise subprocess.CalledProcessError(run.returncode, run.args, run.stdout, run.stderr)
    findings: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for check in _failed(json.loads(run.stdout)):
        findings[Path(check["file_path"]).name].add((check["check_id"], check["resource"]))
    return {name: frozenset(found) for name, found in findings.items()}


def _failed(report: Any) -> Iterator[Mapping[str, Any]]:
    for one in report if isinstance(report, list) else [report]:
        yield from one.get("results", {}).get("failed_checks", [])
