"""`pbc preview` and `pbc policy check`: a stack judged by the policy pack, before it exists or after."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from pbckit.cli.deployment import access, explanations, policy_pack
from pbckit.cli.deployment.git_files import files_at
from pbckit.cli.errors import COULD_NOT_RUN, SAID_NO, OperatorError
from pbckit.cli.output import print_json, remarks
from pbckit.program_root import program_root

MATRIX = "docs/access-matrix.md"
Format = Literal["table", "markdown", "sarif", "json"]
AFormat = Annotated[Format, typer.Option("--format", help="Format of the verdict.")]
Out = Annotated[Path | None, typer.Option("--out", help="Write it to this file instead.", dir_okay=False)]
Verbose = Annotated[bool, typer.Option("--verbose", help="With the table, say also what a pass rests on.")]
AsJson = Annotated[bool, typer.Option("--json", help="Short for --format json.")]

_ACTION = re.compile(r"[a-zA-Z0-9-*?]+:[a-zA-Z0-9*?]+")

app = typer.Typer(no_args_is_help=True, help="The policy pack, on stacks that exist.")
app.command("access")(access.access)


def preview(
    stack: Annotated[str, typer.Option("--stack", help="The stack, by its file `Pulumi.<stack>.yaml`.")] = "dev",
    format_: AFormat = "table",
    out: Out = None,
    against: Annotated[
        str | None, typer.Option(help=f"Tell what changes between units since {MATRIX} of this git revision.")
    ] = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
    root: Annotated[Path | None, typer.Option(help="The project's root. By default the one you are in.")] = None,
) -> None:
    """Run the program as at a stack's first deployment, and judge by the policy pack what it would make.

    Needs no engine and no AWS; whatever AWS would compute is unknown. Exit code 0: no violation; 1: violations, told
    with their paths and what to do; 2: it could not be judged.
    """
    root = root or program_root()
    before = None if against is None else _matrix_of(root, against)
    export = access.previewed(stack, root)
    _tell(_judge(export, preview=True, before=before), "json" if as_json else format_, out, verbose=verbose)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="What `pulumi stack export` wrote.")],
    format_: AFormat = "table",
    out: Out = None,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Judge a stack that exists by its export.

    Of encrypted secrets nothing can be proved; `pulumi stack export --show-secrets` writes them in plain text.
    Exit code 0: no violation; 1: violations; 2: it could not be judged.
    """
    export = access.exported(file)
    _tell(_judge(export, preview=False), "json" if as_json else format_, out, verbose=verbose)


def _judge(
    export: dict[str, Any], *, preview: bool, before: Sequence[policy_pack.Edge] | None = None
) -> policy_pack.Verdict:
    try:
        with remarks.status("judging it by the policy pack"):
            return policy_pack.judge(export, preview=preview, before=before)
    except policy_pack.PackFailed as error:
        raise OperatorError(str(error)) from error


def _tell(verdict: policy_pack.Verdict, format_: Format, out: Path | None, *, verbose: bool) -> None:
    report = policy_pack.FORMATS[format_](verdict)
    if verbose and format_ == "table":
        report += policy_pack.rests_on()
    if out is None:
        typer.echo(report, nl=False)
    else:
        _write(out, report)
        count = len(verdict.violations)
        remarks.print(f"{verdict.subject}: {count or 'no'} violation{'' if count == 1 else 's'}, told in {out}")
    if any(one.rule == policy_pack.UNREADABLE for one in verdict.violations):
        remarks.print("error: some documents cannot be read, so nothing is proved", style="red", highlight=False)
        raise typer.Exit(COULD_NOT_RUN)
    if verdict.violations:
        raise typer.Exit(SAID_NO)


def _write(path: Path, report: str) -> None:
    try:
        path.write_text(report)
    except OSError as error:
        raise OperatorError(f"cannot write {path}: {error.strerror}") from error


def _matrix_of(root: Path, revision: str) -> Sequence[policy_pack.Edge]:
    """The access matrix as committed in a revision; empty where that has none yet."""
    return policy_pack.read_matrix("\n".join(files_at(root, revision, MATRIX).values()))


@app.command()
def explain(
    name: Annotated[
        str,
        typer.Argument(
            metavar="TYPE|ACTION",
            help="A resource type, for example aws:s3/bucket:Bucket or s3.Bucket; or an action, for example "
            "dynamodb:GetItem or 'ec2:Describe*'.",
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Say what the policy pack knows of a resource type or an action, and why it judges it so.

    Exit code 0: it is known; 2: there is no such type or action.
    """
    if _ACTION.fullmatch(name):
        explanations.show_actions(policy_pack.explained_actions(name), as_json=as_json)
        return
    try:
        found = policy_pack.explained_type(name)
    except policy_pack.UnknownType as error:
        raise OperatorError(str(error)) from error
    if as_json:
        print_json(found)
    else:
        typer.echo("\n".join(found.lines))
