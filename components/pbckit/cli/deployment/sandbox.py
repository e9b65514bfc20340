"""`pbc sandbox`: the embedded AWS on this machine."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

import typer

from pbckit.cli.client.session import LOCAL_STACK, MIGRATION_STACK
from pbckit.cli.output import AsJson, out, print_json, print_table, progress
from pbckit.program_root import program_root
from pbckit.sandbox.deploy import Deployment, deploy
from pbckit.sandbox.embedded_aws import DEFAULT_FOLDER, DEFAULT_PORT, FOLDER_VARIABLE, EmbeddedAws, connect, start, stop
from pbckit.sandbox.program import capture
from pbckit.sandbox.stack_config import read_stack

EmbeddedStack = Literal["local", "migration"]
Folder = Annotated[Path, typer.Option(envvar=FOLDER_VARIABLE, help="Where its state and logs are.")]

app = typer.Typer(no_args_is_help=True, help="The embedded AWS on this machine.")


@app.command()
def up(
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Where it listens, on loopback; 0 takes a free port.")
    ] = DEFAULT_PORT,
    stack: Annotated[
        EmbeddedStack,
        typer.Option(
            "--stack", help=f"What is deployed: `{MIGRATION_STACK}` has a legacy system and a facade beside it."
        ),
    ] = LOCAL_STACK,
    empty: Annotated[bool, typer.Option("--empty", help="Deploy nothing: the Pulumi CLI will.")] = False,
    folder: Folder = DEFAULT_FOLDER,
    as_json: AsJson = False,
) -> None:
    """Start it, and deploy the system."""
    aws = start(folder, region=read_stack(program_root(), stack).value("aws:region"), port=port)
    try:
        deployment = None if empty else deploy_with_progress(aws, stack)
    except BaseException:
        stop(folder)  # What is half there is of no use, and would keep the next `up` from starting.
        raise
    if as_json:
        print_json(_state(aws, deployment))
        return
    out.print(f"The embedded AWS runs at {aws.endpoint} (process {aws.pid}, log {aws.log_file})")
    if deployment is not None:
        print_not_modelled(deployment)


@app.command()
def status(folder: Folder = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    """Whether it runs, and where. Exit code 2 if it does not."""
    aws = connect(folder)
    if as_json:
        print_json(_state(aws, None))
    else:
        out.print(f"The embedded AWS runs at {aws.endpoint} (process {aws.pid}, region {aws.region})")


@app.command()
def down(folder: Folder = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    """Stop it. What was deployed is gone."""
    stopped = stop(folder)
    if as_json:
        print_json({"stopped": stopped})
    else:
        out.print("stopped" if stopped else f"no sandbox was running in {folder}")


def deploy_with_progress(aws: EmbeddedAws, stack: str = LOCAL_STACK) -> Deployment:
    """Deploy a stack, with a progress bar."""
    total = sum(resource.custom for resource in capture(stack).resources)
    with progress() as bar:
        task = bar.add_task("resources", total=total)
        return deploy(aws, stack=stack, on_progress=lambda _resource, _count: bar.advance(task))


def print_not_modelled(deployment: Deployment) -> None:
    """Name what the program asks for and the embedded AWS does not have."""
    counts = Counter((missing.type, missing.what) for missing in deployment.not_modelled)
    print_table(
        "Not modelled by the embedded AWS",
        ["type", "what", "number"],
        [(token, what, count) for (token, what), count in sorted(counts.items())],
    )


def _state(aws: EmbeddedAws, deployment: Deployment | None) -> dict[str, object]:
    state: dict[str, object] = {"endpoint": aws.endpoint, "pid": aws.pid, "region": aws.region}
    if deployment is not None:
        state["resources"] = len(deployment.graph.resources)
        state["not_modelled"] = [
            {"type": missing.type, "name": missing.name, "what": missing.what} for missing in deployment.not_modelled
        ]
    return state
