"""`pbc updates`: what a deployment would do to what is deployed, and what of it is refused or lost."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import pulumi
import typer

from pbckit.cli.errors import SAID_NO, OperatorError
from pbckit.cli.output import AsJson, out, print_json, print_table, remarks
from pbckit.program_root import program_root
from pbckit.sandbox.graph import Graph, InvalidExport, load
from pbckit.sandbox.program import capture
from pbckit.updates import names
from pbckit.updates.findings import Finding, findings
from pbckit.updates.plan import Plan, Step, plan
from pbckit.updates.resource_types import UnknownResourceType

NAMES = Path("docs/resource-names.txt")
RECORDED_STACK = "dev"
Root = Annotated[Path | None, typer.Option(help="The project's root. By default the one you are in.")]

app = typer.Typer(no_args_is_help=True, help="What an update does to what is deployed.")


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A step, as it is told."""

    step: str
    type: str
    resource: str
    inputs: tuple[str, ...]
    """Those that change, or that force the replacement."""


@app.command("plan")
def plan_(
    export: Annotated[Path, typer.Argument(help="What `pulumi stack export` wrote: the stack as it is deployed.")],
    after: Annotated[
        Path | None, typer.Option(help="Another export to compare with, instead of what the program wants now.")
    ] = None,
    accept: Annotated[
        list[str] | None, typer.Option(help="Logical name of a resource whose loss is meant; repeatable.")
    ] = None,
    as_json: AsJson = False,
    root: Root = None,
) -> None:
    """Tell what `pulumi up` would do: what is created, updated, replaced and deleted, and what of it goes wrong.

    Follows the rules of Pulumi's engine and provider, and needs neither. Exit code 0: it works; 1: Pulumi or AWS
    refuses a step, or something is lost that is not accepted; 2: it is unknown.
    """
    before = _load(export)
    wanted = _load(after) if after else _captured(before.stack, root or program_root())
    try:
        found = plan(before, wanted)
        told = findings(before, wanted, found)
    except UnknownResourceType as error:
        raise OperatorError(str(error)) from error
    open_ = [one for one in told if not (one.rule == "loss" and one.resource in (accept or ()))]
    if as_json:
        rows = [asdict(_row(step)) for step in found.steps]
        print_json(
            {
                "stack": before.stack,
                "unchanged": found.unchanged,
                "renamed": found.renamed,
                "steps": rows,
                "findings": open_,
            }
        )
    else:
        _show(before.stack, found, open_)
    if any(one.severity == "error" for one in open_):
        raise typer.Exit(SAID_NO)


@app.command("accept")
def accept_(root: Root = None) -> None:
    """Record the names of what the program deploys now, and let go of what it deployed under other names before.

    `make docs` adds new names by itself, and stops where something that holds data, messages or logs would be lost.
    """
    root = root or program_root()
    graph = _captured(RECORDED_STACK, root)
    path = root / NAMES
    gone = names.lost(path.read_text(), graph) if path.exists() else []
    path.write_text(names.write(graph))
    for one in gone:
        remarks.print(f"accepted: {one.resource}: {one.message}", markup=False, highlight=False, soft_wrap=True)


def names_page(root: Path, graph: Graph) -> str:
    """The names of a graph, where nothing that is recorded is lost by them.

    Raises:
        OperatorError: something would be lost, or collide.
    """
    path = root / NAMES
    try:
        gone = names.lost(path.read_text(), graph) if path.exists() else []
    except names.InvalidNames as error:
        raise OperatorError(f"{NAMES}: {error}") from error
    if gone:
        more = f" ({len(gone) - 1} more)" if len(gone) > 1 else ""
        first = gone[0]
        raise NamesLost(
            f"{NAMES}: {first.type} {first.resource}: {first.message} {first.fix} "
            f"If it is meant: `pbc updates accept`.{more}"
        )
    return names.write(graph)


class NamesLost(OperatorError):
    """A resource that is recorded is not found again under its name or an alias."""

    exit_code = SAID_NO


def _load(path: Path) -> Graph:
    try:
        return load(path)
    except InvalidExport as error:
        raise OperatorError(str(error)) from error


def _captured(stack: str, root: Path) -> Graph:
    try:
        with remarks.status(f"running the program for {stack}"):
            return capture(stack, preview=True, root=root)
    except pulumi.RunError as error:
        raise OperatorError(f"the program does not run for {stack}: {error}") from error


def _row(step: Step) -> _Row:
    kind = "replace, delete first" if step.delete_first else step.kind
    one = step.resource
    return _Row(step=kind, type=one.type, resource=one.name, inputs=step.because or step.changed)


def _show(stack: str, found: Plan, told: Sequence[Finding]) -> None:
    if found.steps:
        rows = [(one.step, _short(one.type), one.resource, ", ".join(one.inputs)) for one in map(_row, found.steps)]
        print_table(f"Update of {stack}", ["step", "type", "resource", "because of"], rows)
    if told:
        columns = ["severity", "type", "resource", "what", "what to do"]
        rows = [(one.severity, _short(one.type), one.resource, one.message, one.fix) for one in told]
        print_table("Findings", columns, rows)
    counts = Counter(step.kind for step in found.steps)
    text = ", ".join(f"{count} to {kind}" for kind, count in counts.items()) or "nothing to do"
    out.print(f"{stack}: {text}; {found.unchanged} unchanged, {len(found.renamed)} found by an alias.", highlight=False)


def _short(token: str) -> str:
    """The type of a token, for example `Table`."""
    return token.rpartition(":")[2]
