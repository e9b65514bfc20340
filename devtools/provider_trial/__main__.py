"""`make try-provider`: create the program with the AWS provider on the embedded AWS, look for changes, and delete it.

UNITS=points-ledger,earn-points tries these and the platform only. Exit code 0: all was created and deleted, and nothing
differed between; 1: something was refused or differs; 2: Terraform or the provider is missing.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from devtools.provider_trial.configuration import as_terraform, program
from pbckit.judges.finding import CannotJudge
from pbckit.judges.provider_schema import schema, terraform, workspace
from pbckit.program_root import program_root
from pbckit.sandbox.embedded_aws import running

_REGION = "eu-central-1"
_COULD_NOT_RUN = 2
_SECONDS = 1800
_ALWAYS = ("platform", "operations")
_RUNS = {
    "create": ("apply", "-auto-approve"),
    "no change": ("plan",),
    "delete": ("destroy", "-auto-approve"),
}


class _Resource(msgspec.Struct, frozen=True):
    addr: str = ""


class _Change(msgspec.Struct, frozen=True):
    action: str
    resource: _Resource


class _Diagnostic(msgspec.Struct, frozen=True):
    severity: str
    summary: str
    detail: str = ""
    address: str = ""


class _Line(msgspec.Struct, frozen=True):
    """A line that Terraform writes with `-json`."""

    type: str
    message: str = msgspec.field(name="@message")
    change: _Change | None = None
    diagnostic: _Diagnostic | None = None


def main(units: list[str]) -> int:
    """Run Terraform three times, and tell what went wrong."""
    root = program_root()
    try:
        folder = workspace()
        blocks = schema(folder)
        with tempfile.TemporaryDirectory() as place, running(Path(place), region=_REGION) as aws:
            graph = program(root, [*_ALWAYS, *units] if units else [])
            (folder / "main.tf.json").write_text(as_terraform(graph, blocks, root, aws.endpoint))
            wrong = [problem for name in _RUNS for problem in _run(folder, name)]
    except CannotJudge as error:
        print(error, file=sys.stderr)
        return _COULD_NOT_RUN
    print(f"{len(wrong) or 'no'} problem{'' if len(wrong) == 1 else 's'}")
    return 1 if wrong else 0


def _run(folder: Path, name: str) -> list[str]:
    done = terraform(folder, *_RUNS[name], "-json", "-input=false", "-parallelism=10", seconds=_SECONDS)
    lines = [msgspec.json.decode(line, type=_Line) for line in done.stdout.splitlines()]
    summary = next((line.message for line in reversed(lines) if line.type == "change_summary"), "did not end")
    problems = list(_problems(lines, planning=name == "no change"))
    print(f"{name}: {summary}", *problems, sep="\n  ", flush=True)
    return problems


def _problems(lines: list[_Line], *, planning: bool) -> Iterator[str]:
    for line in lines:
        if line.diagnostic is not None and line.diagnostic.severity == "error":
            yield f"{line.diagnostic.address}: {line.diagnostic.summary} {line.diagnostic.detail}".strip()
        if planning and line.type == "planned_change" and line.change is not None:
            yield f"{line.change.resource.addr}: {line.change.action}"


if __name__ == "__main__":
    sys.exit(main([unit for unit in ",".join(sys.argv[1:]).split(",") if unit]))
