"""`pbc stacks`: which stack manages which unit, and with which configuration."""

import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import msgspec
import pulumi
import typer

from pbckit.cli.deployment import pipelines
from pbckit.cli.errors import SAID_NO, OperatorError
from pbckit.cli.output import AsJson, out, print_json, print_table, progress
from pbckit.program_root import program_root
from pbckit.sandbox.program import capture
from pbckit.sandbox.stack_config import InvalidStack, read_stack

app = typer.Typer(no_args_is_help=True, help="The stacks that manage the units.")


@dataclass(frozen=True, order=True)
class Contested:
    """A unit that more than one stack manages: each would make it, and each would remove what the other made."""

    environment: str
    unit: str
    stacks: tuple[str, ...]


@app.command()
def units(
    root: Annotated[Path | None, typer.Option(help="The project's root. By default the one you are in.")] = None,
) -> None:
    """List all units as JSON, in the order in which an environment is deployed: the platform first."""
    root = root or program_root()
    typer.echo(msgspec.json.encode(pipelines.all_units(root)).decode())


@app.command()
def configure(
    stack: Annotated[str, typer.Argument(help="Name of a stack of one unit, for example dev-orders.")],
    root: Annotated[Path | None, typer.Option(help="The project's root. By default the one you are in.")] = None,
) -> None:
    """Give a stack of one unit the configuration of its environment, unless it has one.

    Writes `Pulumi.dev-orders.yaml`, which the Pulumi CLI reads, as a copy of `Pulumi.dev.yaml`. Exit code 2: there
    is no such environment or unit.
    """
    root = root or program_root()
    environment, _, unit = stack.partition("-")
    target, source = root / f"Pulumi.{stack}.yaml", root / f"Pulumi.{environment}.yaml"
    if target.exists():
        out.print(f"{target.name} is there already", highlight=False)
        return
    read_stack(root, environment)
    known = pipelines.all_units(root)
    if unit not in known:
        raise OperatorError(f"stack {stack!r} is of no unit; allowed: {environment}- and one of {', '.join(known)}")
    shutil.copyfile(source, target)
    out.print(f"wrote {target.name}, as {source.name}", highlight=False)


@app.command()
def check(
    listed: Annotated[
        Path, typer.Argument(help="What `pulumi stack ls --json` wrote; - is standard input.", allow_dash=True)
    ],
    as_json: AsJson = False,
    root: Annotated[Path | None, typer.Option(help="The project's root. By default the one you are in.")] = None,
) -> None:
    """Find units that two stacks manage. Exit code 1: there are some; 2: a stack cannot be read, or names no unit."""
    root = root or program_root()
    names = _names(listed)
    managed = _managed(names, root)
    found = contested(managed)
    if as_json:
        print_json({"stacks": len(names), "contested": [asdict(one) for one in found]})
    elif found:
        rows = [(one.environment, one.unit, ", ".join(one.stacks)) for one in found]
        print_table("Managed by two stacks", ["environment", "unit", "stacks"], rows)
        out.print("Take the unit out of one of them: list the others in its `units`.")
    else:
        out.print(f"Each unit of {len(names)} stacks is managed by one.")
    if found:
        raise typer.Exit(SAID_NO)


def contested(managed: dict[str, tuple[str, tuple[str, ...]]]) -> list[Contested]:
    """The units that several stacks of one environment manage.

    Args:
        managed: by stack, its environment and the units that it manages.
    """
    claims: dict[tuple[str, str], list[str]] = {}
    for stack, (environment, units) in managed.items():
        for unit in units:
            claims.setdefault((environment, unit), []).append(stack)
    return sorted(
        Contested(environment, unit, tuple(sorted(by))) for (environment, unit), by in claims.items() if len(by) > 1
    )


class _Listed(msgspec.Struct):
    name: str


def _names(listed: Path) -> list[str]:
    try:
        text = typer.get_text_stream("stdin").read() if str(listed) == "-" else listed.read_text()
        found = msgspec.json.decode(text, type=list[_Listed])
    except (OSError, msgspec.DecodeError) as error:
        raise OperatorError(f"{listed}: not what `pulumi stack ls --json` writes: {error}") from error
    # A name may have its organisation and project before it.
    return [one.name.rpartition("/")[2] for one in found]


def _managed(names: list[str], root: Path) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What each stack manages, as the program itself says."""
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    with progress() as bar:
        task = bar.add_task("running the program", total=len(names))
        for name in names:
            try:
                environment = read_stack(root, name).own("environment")
                units = capture(name, preview=True, root=root).outputs["units"]
            except (InvalidStack, pulumi.RunError) as error:
                raise OperatorError(f"stack {name}: {error}") from error
            found[name] = (environment, tuple(units))
            bar.advance(task)
    return found
