"""`pbc new`: a program, and PBCs in it, that work at once."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from pbckit.cli.new.consumed import consumed
from pbckit.cli.new.pbc import make_pbc
from pbckit.cli.new.program import make_program
from pbckit.cli.output import AsJson, out, print_json
from pbckit.program_root import program_root

app = typer.Typer(no_args_is_help=True, help="Make a program, or a PBC in it, that works at once.")


@app.command()
def program(
    name: Annotated[str, typer.Argument(help="Its name everywhere: kebab-case, for example shop.")],
    into: Annotated[Path, typer.Option(help="Folder in which its own folder is made.", file_okay=False)] = Path(),
    as_json: AsJson = False,
) -> None:
    """Make a program: stacks, contracts, policy pack, tests, pipelines, Makefile and README.

    It has no PBC yet: `pbc new pbc` makes the first. Exit code 2: the name cannot be used, or there is a folder of that
    name; then nothing has changed.
    """
    folder = into / name
    files = make_program(folder, name)
    if as_json:
        print_json({"folder": str(folder), "files": [str(path) for path in files]})
        return
    out.print(f"wrote {len(files)} files to {folder}/", markup=False, highlight=False, soft_wrap=True)
    out.print(f"Next: cd {shlex.quote(str(folder))}; pbc new pbc orders; pbc sandbox up", markup=False, soft_wrap=True)


@app.command()
def pbc(
    name: Annotated[str, typer.Argument(help="Its key everywhere: kebab-case, for example orders.")],
    on: Annotated[
        str | None,
        typer.Option(metavar="SOURCE.EVENT", help="Event that it consumes; by default the first from outside."),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(metavar="FIELD", help="Field that it counts by; by default what the event is about."),
    ] = None,
    root: Annotated[Path | None, typer.Option(help="The project's root. By default the one you are in.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a PBC: contract, store, outbox, subscription, capability, code, tests, README and pipeline.

    It counts events: change what it does, and keep its shape. Exit code 2: the name cannot be used, or there is no such
    event or field; then nothing has changed.
    """
    files = make_pbc(root or program_root(), name, consumed(on, by))
    if as_json:
        print_json({"files": [str(path) for path in files]})
        return
    for path in files:
        out.print(f"wrote {path}", markup=False, highlight=False, soft_wrap=True)
    out.print("Next: make check test; pbc preview; pbc sandbox up", highlight=False)
