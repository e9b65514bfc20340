"""What commands print: tables for people on standard output, or JSON for machines; remarks go to standard error."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console, Group
from rich.measure import Measurement
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for machines.")]
Stack = Annotated[str, typer.Option("--stack", help="Which stack: `local` is the running sandbox, others are on AWS.")]

_UNLIMITED = 100_000
"""Columns of an output that has no width."""

out = Console()
remarks = Console(stderr=True)


def print_json(value: object) -> None:
    """Print a value as JSON."""
    typer.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table. A column of whole numbers is aligned to the right."""
    shown = list(rows)
    # The title stands alone: as part of the table it would be broken to the table's width.
    out.print(Text(title, style="italic"), soft_wrap=True)
    table = Table()
    for column, name in enumerate(columns):
        justify = "right" if shown and all(isinstance(row[column], int) for row in shown) else "left"
        table.add_column(name, justify=justify, no_wrap=not any(" " in str(row[column]) for row in shown))
    for row in shown:
        # As plain text: what people wrote may have square brackets in it.
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    print_whole(table)


def print_whole(table: Table | Group) -> None:
    """Print a table so that no word is broken: an ID must be whole to be of use.

    A terminal that is too narrow for the longest words wraps the lines itself. Piped output has no width: a row is
    one line.
    """
    needed = Measurement.get(out, out.options.update(max_width=_UNLIMITED), table)
    width = max(out.width, needed.minimum) if out.is_terminal else needed.maximum
    Console(width=width).print(table)


def progress() -> Progress:
    """A progress bar on standard error."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=remarks,
        transient=False,
    )


def records(values: Iterable[msgspec.Struct]) -> list[Any]:
    """Structs as plain data."""
    return [msgspec.to_builtins(value) for value in values]
