"""`pbc judge`: the program's graph compared with what AWS documents."""

from pathlib import Path
from typing import Annotated

import pulumi
import typer

from pbckit.cli.errors import SAID_NO, OperatorError
from pbckit.cli.output import AsJson, out, print_json, remarks
from pbckit.judges.finding import CannotJudge, Finding
from pbckit.judges.registry import JUDGES, WITH_PROGRAMS, findings
from pbckit.program_root import program_root
from pbckit.sandbox.program import capture


def judge(
    stacks: Annotated[
        list[str] | None, typer.Option("--stack", help="A stack, by its file `Pulumi.<stack>.yaml`; repeatable.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Ask this judge only; repeatable. By default all that need no program.")
    ] = None,
    as_json: AsJson = False,
    root: Annotated[Path | None, typer.Option(help="The project's root. By default the one you are in.")] = None,
) -> None:
    """Compare what a stack deploys with AWS's API models, authorization reference and quotas. Needs no AWS.

    Exit code 0: no findings; 1: findings; 2: the program does not run, or there is no such judge or stack.
    """
    root = root or program_root()
    for name in only or ():
        if name not in {**JUDGES, **WITH_PROGRAMS}:
            raise OperatorError(f"there is no judge {name!r}; allowed: {', '.join([*JUDGES, *WITH_PROGRAMS])}")
    found = {stack: _judge(stack, only or (), root) for stack in stacks or ["dev"]}
    if as_json:
        print_json(found)
    else:
        for stack, by_judge in found.items():
            _print(stack, by_judge)
    if any(all_found for by_judge in found.values() for all_found in by_judge.values()):
        raise typer.Exit(SAID_NO)


def _judge(stack: str, names: list[str] | tuple[()], root: Path) -> dict[str, list[Finding]]:
    try:
        with remarks.status(f"running the program for {stack}"):
            graph = capture(stack, preview=True, root=root)
    except pulumi.RunError as error:
        raise OperatorError(f"the program does not run for {stack}: {error}") from error
    try:
        with remarks.status(f"judging {stack}"):
            return findings(graph, names)
    except CannotJudge as error:
        raise OperatorError(str(error)) from error


def _print(stack: str, by_judge: dict[str, list[Finding]]) -> None:
    for name, found in by_judge.items():
        for one in found:
            path = f" {one.property}" if one.property else ""
            lines = [f"{stack}: {name}: {one.resource}{path}: {one.problem}"]
            lines += [f"  {key:8} {getattr(one, key)}" for key in ("value", "allowed", "source") if getattr(one, key)]
            out.print("\n".join(lines), markup=False, highlight=False, soft_wrap=True)
    counts = ", ".join(f"{name} {len(found) or 'none'}" for name, found in by_judge.items())
    out.print(f"{stack}: findings: {counts}", highlight=False, soft_wrap=True)
