"""`rewards contracts`: what a change does to those who hold to the contracts as they were."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from contracts import catalogue
from contracts.compatibility import breaks
from ops.errors import SAID_NO
from ops.output import AsJson, out, print_json, print_table
from ops.revisions import files_at
from sandbox.program import ROOT

SCHEMAS = "contracts/schemas"

app = typer.Typer(no_args_is_help=True, help="The contracts between units.")


@app.callback()
def contracts() -> None:
    """Keeps `check` a command of its own while there is no other."""


@app.command()
def check(
    against: Annotated[str, typer.Option(help="The git revision with the contracts that others hold to.")],
    as_json: AsJson = False,
    root: Annotated[Path, typer.Option(help="The project's root.")] = ROOT,
) -> None:
    """Compare the contracts with those of a revision.

    Adding an optional field or a new contract passes. Exit code 1: something is taken away, renamed, narrowed or
    retyped, which is told with who cannot cope with it; publish a new contract beside the old one instead. Exit code 2:
    it cannot be compared.
    """
    before = {Path(path).name: text for path, text in files_at(root, against, f"{SCHEMAS}/").items()}
    found = breaks(before, catalogue.schemas())
    if as_json:
        print_json({"against": against, "compared": len(before), "breaks": [asdict(one) for one in found]})
    elif found:
        print_table("Breaks", ["contract", "where", "what"], [(one.contract, one.path, one.reason) for one in found])
    else:
        out.print(f"{len(before)} contracts of {against} are kept.")
    if found:
        raise typer.Exit(SAID_NO)
