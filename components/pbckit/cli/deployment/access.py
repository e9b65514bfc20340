"""`pbc policy access`: who reaches what in a stack, by which path, and by which statement."""

from pathlib import Path
from typing import Annotated, Any

import pulumi
import typer

from pbckit.cli.deployment import policy_pack
from pbckit.cli.deployment.policy_pack import AccessReport, Reason
from pbckit.cli.errors import OperatorError
from pbckit.cli.output import AsJson, print_json, print_table, remarks
from pbckit.program_root import program_root
from pbckit.sandbox.program import capture

COLUMNS = ["from", "to", "how", "what", "path", "allowed by"]


def access(
    file: Annotated[
        Path | None,
        typer.Argument(help="What `pulumi stack export` wrote, or a sandbox's export.json. By default --stack is run."),
    ] = None,
    stack: Annotated[str, typer.Option("--stack", help="The stack that the program is run for.")] = "dev",
    source: Annotated[str | None, typer.Option("--from", help="Only what this unit reaches.")] = None,
    target: Annotated[str | None, typer.Option("--to", help="Only what reaches this unit.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say who reaches what, and why: between units by call or event, and each unit's roles on its own stores.

    It is the access matrix with a reason for each entry: the path, and with --json the statement that allows it. It
    judges nothing: `pbc preview` does.
    """
    found = policy_pack.access_report(exported(file) if file else previewed(stack, program_root()))
    for unit in (source, target):
        _check_known(unit, found)
    chosen = [one for one in found.reasons if source in (None, one.source) and target in (None, one.target)]
    report = AccessReport(project=found.project, stack=found.stack, units=found.units, reasons=chosen)
    if as_json:
        print_json(report)
    else:
        print_table(f"Access in {report.project}/{report.stack}", COLUMNS, map(row, report.reasons))


def _check_known(unit: str | None, found: AccessReport) -> None:
    known = sorted({*found.units, *(name for one in found.reasons for name in (one.source, one.target))})
    if unit is not None and unit not in known:
        raise OperatorError(f"no unit {unit!r} in {found.project}/{found.stack}; there are: {', '.join(known)}")


def row(one: Reason) -> tuple[str, ...]:
    """A reason under `COLUMNS`."""
    return one.source, one.target, one.kind, one.what, " → ".join(one.path), one.by


def exported(file: Path) -> dict[str, Any]:
    """A stack's export from a file.

    Raises:
        OperatorError: it is none.
    """
    try:
        return policy_pack.read_export(file)
    except policy_pack.InvalidExport as error:
        raise OperatorError(str(error)) from error


def previewed(stack: str, root: Path) -> dict[str, Any]:
    """What a stack's first deployment would make, as an export.

    Raises:
        OperatorError: the program does not run for that stack.
    """
    try:
        with remarks.status(f"running the program for {stack}"):
            return capture(stack, preview=True, root=root).export()
    except pulumi.RunError as error:
        raise OperatorError(f"the program does not run for {stack}: {error}") from error
