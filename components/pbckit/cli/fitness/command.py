"""`pbc fitness`."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from pbckit.cli.delivery.commits import Commits, read_commits
from pbckit.cli.delivery.history import read_histories
from pbckit.cli.delivery.measures import Period
from pbckit.cli.deployment import policy_pack
from pbckit.cli.deployment.git_files import files_at
from pbckit.cli.deployment.policy import MATRIX
from pbckit.cli.errors import SAID_NO, OperatorError
from pbckit.cli.fitness.gather import Month, system, trend
from pbckit.cli.fitness.smells import Smell, all_smells
from pbckit.cli.output import AsJson, out, print_json, print_table
from pbckit.contracts.decoding import ready
from pbckit.program_root import program_root
from pbckit.sandbox.program import capture

_PERIOD = timedelta(days=90)
SMELL_COLUMNS = ["smell", "units", "evidence", "advice"]
ACCEPTED_COLUMNS = ["smell", "units", "why"]
ACCEPTED = Path("fitness.yaml")
"""The signs that a program accepts, relative to its root. A program that accepts none has no such file."""


class Accepted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sign that is meant to be."""

    name: str
    where: str
    why: str


def fitness(
    stack: Annotated[str, typer.Option("--stack", help="The stack whose graph is looked at.")] = "dev",
    history: Annotated[
        Path | None, typer.Option(help="Folder with STACK.json, what `pulumi stack history --json` wrote.")
    ] = None,
    environment: Annotated[str, typer.Option(help="Whose deployments: the first part of the stacks' names.")] = "prod",
    since: Annotated[datetime | None, typer.Option(help="First day of history; by default 90 days ago.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 if anything smells.")] = False,
    as_json: AsJson = False,
    root: Annotated[Path | None, typer.Option(help="The project's root. By default the one you are in.")] = None,
) -> None:
    """Look for signs that the units become one distributed monolith: in the program's graph, in git and in deployments.

    Advice: whatever it finds, it ends with 0, unless --strict is given.
    """
    root = root or program_root()
    found = looked_for(root, read_commits(root), stack, history, environment, since)
    if as_json:
        print_json({name: getattr(found, name) for name in ("smells", "accepted", "stale", "trend")})
    else:
        _show(found.smells, found.accepted, found.commits)
        _show_trend(found.trend)
        for one in found.stale:
            out.print(f"{ACCEPTED}: {one.name} of {one.where} is accepted, and is not found any more.")
    if found.smells and strict:
        raise typer.Exit(SAID_NO)


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What was found."""

    smells: list[Smell]
    accepted: list[Accepted]
    """Those that are found and meant to be."""
    stale: list[Accepted]
    """Those that are meant to be and are not found any more."""
    trend: list[Month]
    commits: int
    """How many were looked at for smells."""


def looked_for(
    root: Path,
    commits: Commits,
    stack: str = "dev",
    history: Path | None = None,
    environment: str = "prod",
    since: datetime | None = None,
) -> Findings:
    """Look for smells; the arguments are those of the command.

    Raises:
        OperatorError: a folder or a file has not what it should have.
    """
    deployments = [] if history is None else read_histories(history, environment)
    latest = commits.ordered[-1].made_at
    period = Period(latest - _PERIOD if since is None else since.replace(tzinfo=since.tzinfo or UTC), latest)
    known = system(capture(stack, preview=True, root=root).export(), root, commits, deployments, period)
    found = all_smells(known)
    accepted = {(one.name, one.where): one for one in read_accepted(root / ACCEPTED)}
    meant = [accepted[key] for one in found if (key := (one.name, one.where)) in accepted]
    return Findings(
        smells=[one for one in found if (one.name, one.where) not in accepted],
        accepted=meant,
        stale=[one for one in accepted.values() if one not in meant],
        trend=trend(commits, list(known.kinds), _matrices(root, commits)),
        commits=len(known.commits),
    )


def _matrices(root: Path, commits: Commits) -> dict[str, int]:
    changed = [one.id for one in commits.ordered if MATRIX in one.paths]
    return {one: len(policy_pack.read_matrix("".join(files_at(root, one, MATRIX).values()))) for one in changed}


def read_accepted(path: Path) -> list[Accepted]:
    """The signs that are meant to be; none where there is no file.

    Raises:
        OperatorError: the file is not a list of them.
    """
    if not path.exists():
        return []
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=ready(list[Accepted]))
    except msgspec.DecodeError as error:
        raise OperatorError(f"{path.name}: {error}") from error


def _show(smells: list[Smell], meant: list[Accepted], commits: int) -> None:
    if smells:
        print_table("Smells", SMELL_COLUMNS, map(smell_row, smells))
    else:
        out.print(f"Nothing smells: not in the graph, and not in {commits} commits.")
    if meant:
        print_table("Accepted", ACCEPTED_COLUMNS, map(accepted_row, meant))


def smell_row(one: Smell) -> tuple[str, ...]:
    """A smell under `SMELL_COLUMNS`."""
    return one.name, one.where, one.evidence, one.advice


def accepted_row(one: Accepted) -> tuple[str, ...]:
    """What is meant to be under `ACCEPTED_COLUMNS`."""
    return one.name, one.where, one.why


def _show_trend(months: list[Month]) -> None:
    print_table(
        "Trend",
        ["month", "commits", "touch several units", "edges between units"],
        [(one.month, one.commits, f"{one.across:.0%}", "-" if one.edges is None else one.edges) for one in months],
    )
