"""`pbc contracts`: what a change does to those who hold to the contracts as they were."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pbckit.cli.deployment.git_files import files_at
from pbckit.cli.errors import SAID_NO, OperatorError
from pbckit.cli.output import AsJson, out, print_json, print_table
from pbckit.contracts import catalogue, history
from pbckit.contracts.compatibility import Break, breaks
from pbckit.contracts.expectations import Expectation, expected
from pbckit.program_root import program_root

SCHEMAS = "contracts/schemas"
HISTORY = "contracts/history.yaml"

app = typer.Typer(no_args_is_help=True, help="The contracts between units.")


@app.command()
def generate(
    root: Annotated[Path | None, typer.Option(help="The project's root. By default the one you are in.")] = None,
) -> None:
    """Write the JSON Schema of every contract, and the first version of each new event into the history."""
    root = root or program_root()
    schemas = {root / SCHEMAS / name: text for name, text in catalogue.schemas().items()}
    for stale in set((root / SCHEMAS).glob("*.json")) - set(schemas):
        stale.unlink()
    (root / SCHEMAS).mkdir(parents=True, exist_ok=True)
    for path, text in schemas.items():
        path.write_text(text)
    file = root / HISTORY
    past = file.read_text() if file.exists() else ""
    file.write_text(history.with_first_versions(past, catalogue.event_schemas(), datetime.now(UTC).date()))
    out.print(f"wrote {len(schemas)} schemas to {SCHEMAS}", highlight=False)


@app.command()
def check(
    against: Annotated[str, typer.Option(help="The git revision with the contracts that others hold to.")],
    as_json: AsJson = False,
    root: Annotated[Path | None, typer.Option(help="The project's root. By default the one you are in.")] = None,
) -> None:
    """Compare the contracts with those of a revision.

    Adding an optional field or a new contract passes. Exit code 1: something is taken away, renamed, narrowed or
    retyped, which is told with who cannot cope with it and who reads the field; publish a new contract beside the old
    one instead. What nobody reads is a break as well: not everybody who reads a contract has written down what. Exit
    code 2: it cannot be compared.

    A change that passes goes into the history of its event, which is added to and never rewritten; else exit code 1.
    """
    root = root or program_root()
    before = {Path(path).name: text for path, text in files_at(root, against, f"{SCHEMAS}/").items()}
    after = catalogue.schemas()
    reading = expected([file.removesuffix(".json") for file in {**before, **after}])
    found = [(one, _users(one, reading, before)) for one in breaks(before, after)]
    untold = _untold(root, against)
    if as_json:
        told = [{**asdict(one), "used_by": users} for one, users in found]
        print_json({"against": against, "compared": len(before), "breaks": told, "history": untold})
    elif found:
        rows = [(one.contract, one.path, one.reason, ", ".join(users) or "nobody") for one, users in found]
        print_table("Breaks", ["contract", "where", "what", "used by"], rows)
    else:
        out.print(f"{len(before)} contracts of {against} are kept.")
    if untold and not as_json:
        out.print("\n".join(untold), highlight=False)
    if found or untold:
        raise typer.Exit(SAID_NO)


def _untold(root: Path, against: str) -> list[str]:
    """What the history of events does not say, and what it says otherwise than before."""
    try:
        now = history.read((root / HISTORY).read_text())
        before = [history.read(text) for text in files_at(root, against, HISTORY).values()]
    except (OSError, ValueError) as error:
        raise OperatorError(f"the history of events cannot be read: {error}") from error
    changed = [sentence for one in before for sentence in history.rewritten(one, now)]
    return [*changed, *history.unrecorded(catalogue.event_schemas(), now)]


def _users(one: Break, reading: list[Expectation], before: Mapping[str, str]) -> list[str]:
    """Who reads the field, as far as expectations tell; of a request, who may send it."""
    if one.path.split(".")[0] == "request":
        return json.loads(before[f"{one.contract}.json"])["x-callers"]
    return [given.consumer for given in reading if given.contract == one.contract and given.touches(one.path)]
