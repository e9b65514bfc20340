"""Measuring delivery and looking for smells, as the commands do, in a process of its own."""

import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pbckit.cli.delivery.command import Measured, measured
from pbckit.cli.delivery.commits import read_commits
from pbckit.cli.errors import OperatorError
from pbckit.cli.fitness.command import Findings, looked_for
from pbckit.console.own_process import output_of
from pbckit.contracts.decoding import ready
from pbckit.program_root import program_root

STACK = "dev"
"""Whose graph is looked at for smells, as by the command without options."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What `rewards delivery report` and `rewards fitness` tell."""

    delivery: Measured
    fitness: Findings


async def read_report(history: str, environment: str) -> Report:
    """Measure.

    Args:
        history: folder with the histories of stacks, relative to the program's; empty for commits only.
        environment: whose stacks.

    Raises:
        OperatorError: a folder has not what it should have, or the program does not run.
    """
    return msgspec.json.decode(await output_of(__name__, environment, history), type=ready(Report))


def main(environment: str, history: str) -> None:
    """Print the report as JSON."""
    root, folder = program_root(), Path(history) if history else None
    commits = read_commits(root)
    report = Report(
        delivery=measured(root, commits, folder, environment),
        fitness=looked_for(root, commits, STACK, folder, environment),
    )
    sys.stdout.buffer.write(msgspec.json.encode(report))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except OperatorError as error:
        sys.exit(str(error))
