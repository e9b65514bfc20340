"""`python -m devtools.simulation run`: many histories, and of a failing one the shortest that fails."""

import os
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from devtools.simulation import comparison
from devtools.simulation.campaign import Result, Total, run_many, total
from devtools.simulation.shrink import Shortest, shortest

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Simulate the way of purchases, with faults.")

_remarks = Console(stderr=True)

Purchases = Annotated[int, typer.Option(min=1, help="Purchases in each history.")]
Workers = Annotated[int, typer.Option(min=1, help="Processes.")]
CORES = os.cpu_count() or 1


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """A history that fails, and the shortest one like it."""

    seed: int
    reproduce: str
    violations: tuple[str, ...]
    shortest: Shortest


@app.command()
def run(
    seeds: Annotated[int, typer.Option(min=1, help="How many histories.")] = 100,
    purchases: Purchases = 50,
    seed: Annotated[int, typer.Option(min=0, help="Of the first history; the others follow.")] = 0,
    workers: Workers = CORES,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")] = False,
) -> None:
    """Run histories; exit with 1 if something is wrong at the end of one."""
    results: list[Result] = []
    with _progress() as bar:
        task = bar.add_task("histories", total=seeds)
        for result in run_many(range(seed, seed + seeds), purchases, workers=workers):
            results.append(result)
            bar.advance(task)
    summed = total(results)
    failure = _failure(summed.failed[0].seed, purchases) if summed.failed else None
    if as_json:
        typer.echo(msgspec.json.encode({"total": summed, "failure": failure}))
    else:
        _tell(summed, failure)
    if failure is not None:
        raise typer.Exit(1)


@app.command()
def compare(workers: Workers = CORES) -> None:
    """Run the design beside the naive one, and write the numbers into docs/reliability.md."""
    comparison.write(comparison.PAGE, comparison.measured(workers))
    typer.echo(f"wrote {comparison.PAGE.name}")


def _failure(seed: int, purchases: int) -> Failure:
    with _remarks.status(f"seed {seed} fails; looking for the shortest history"):
        found = shortest(seed, range(purchases))
    return Failure(
        seed=seed,
        reproduce=f"python -m devtools.simulation run --seeds 1 --seed {seed} --purchases {purchases}",
        violations=found.violations,
        shortest=found,
    )


def _tell(summed: Total, failure: Failure | None) -> None:
    struck = sum(summed.faults.values())
    typer.echo(f"{summed.seeds} histories, {summed.arrivals} purchases, {struck} faults: {len(summed.failed)} fail")
    for one in summed.failed:
        typer.echo(f"seed {one.seed}: {len(one.violations)} wrong, for example: {one.violations[0]}")
    if failure is None:
        return
    found = failure.shortest
    typer.echo(
        f"\nShortest history of seed {failure.seed}: {len(found.purchases)} purchases, {len(found.faults)} faults"
    )
    for line in (*found.lines, "", "Wrong in the end:", *found.violations, "", "Again:", failure.reproduce):
        typer.echo(line)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=_remarks
    )
