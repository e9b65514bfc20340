"""`pbc delivery report`."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from xml.etree import ElementTree as ET

import typer

from pbckit.cli.delivery.commits import Commits, read_commits
from pbckit.cli.delivery.history import Deployment, read_histories
from pbckit.cli.delivery.measures import Delivery, Period, measure
from pbckit.cli.delivery.page import TITLES, page, row, spoken
from pbckit.cli.errors import OperatorError
from pbckit.cli.output import AsJson, print_json, print_table, remarks
from pbckit.program_root import program_root

_ROOMS = ("pbcs", "offerings")

app = typer.Typer(no_args_is_help=True, help="How changes reach production.")


@app.callback()
def delivery() -> None:
    """Keeps `report` a command of its own while there is no other."""


@app.command()
def report(
    history: Annotated[
        Path | None,
        typer.Option(
            help="Folder with STACK.json, what `pulumi stack history --json` wrote. Without it: commits only."
        ),
    ] = None,
    tests: Annotated[
        Path | None, typer.Option(help="Folder with UNIT.xml, what `pytest --junitxml` wrote in a unit's pipeline.")
    ] = None,
    environment: Annotated[str, typer.Option(help="Whose stacks: the first part of their names.")] = "prod",
    since: Annotated[datetime | None, typer.Option(help="First day; by default that of the first deployment.")] = None,
    until: Annotated[
        datetime | None, typer.Option(help="Last instant; by default the last deployment or commit.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page with plots to this file.", dir_okay=False)] = None,
    as_json: AsJson = False,
    repository: Annotated[
        Path | None, typer.Option(help="The repository of the project. By default the one you are in.")
    ] = None,
) -> None:
    """The measures of DORA and the regression cycle, for each unit, from the histories of Pulumi and git."""
    repository = repository or program_root()
    found = measured(repository, read_commits(repository), history, environment, since, until, tests)
    period = found.period
    if html is not None:
        html.write_text(page(found.units, found.deployments, period))
        remarks.print(f"wrote {html}")
    if as_json:
        print_json({"since": period.since, "until": period.until, "units": [asdict(one) for one in found.units]})
    elif html is None:
        print_table(spoken(period), TITLES, map(row, found.units))


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The measures of all units over a period, and the deployments that they are of."""

    units: list[Delivery]
    deployments: list[Deployment]
    period: Period


def measured(
    repository: Path,
    commits: Commits,
    history: Path | None = None,
    environment: str = "prod",
    since: datetime | None = None,
    until: datetime | None = None,
    tests: Path | None = None,
) -> Measured:
    """Measure; the arguments are those of the command.

    Raises:
        OperatorError: a folder has not what it should have, or the period ends before it begins.
    """
    deployments = [] if history is None else read_histories(history, environment)
    period = _period(since, until, deployments, commits)
    units = sorted(path.name.replace("_", "-") for room in _ROOMS for path in _folders(repository / room))
    found = measure(units, deployments, commits, period, {} if tests is None else _cycles(tests))
    return Measured(units=found, deployments=deployments, period=period)


def _period(since: datetime | None, until: datetime | None, deployments: list[Deployment], commits: Commits) -> Period:
    instants = [one.ended_at for one in deployments] or [one.made_at for one in commits.ordered]
    first = min(instants) if since is None else since.replace(tzinfo=since.tzinfo or UTC)
    last = max(instants) if until is None else until.replace(tzinfo=until.tzinfo or UTC)
    if last < first:
        raise OperatorError(f"the period ends on {last:%Y-%m-%d}, before it begins on {first:%Y-%m-%d}")
    return Period(first, last)


def _folders(room: Path) -> list[Path]:
    return [path for path in room.iterdir() if (path / "__init__.py").exists()] if room.is_dir() else []


def _cycles(folder: Path) -> dict[str, float]:
    """Seconds that the tests of each unit took."""
    found: dict[str, float] = {}
    for path in sorted(folder.glob("*.xml")):
        try:
            suites = ET.parse(path).getroot().iter("testsuite")  # noqa: S314 our own pipeline's output
            found[path.stem] = sum(float(suite.get("time", "0")) for suite in suites)
        except (ET.ParseError, ValueError) as error:
            raise OperatorError(f"{path}: not what `pytest --junitxml` writes: {error}") from error
    if not found:
        raise OperatorError(f"{folder}: no UNIT.xml there")
    return found
