"""`pbc api`: the read APIs of a stack, listed and asked."""

from typing import Annotated

import msgspec
import typer

from pbckit.cli.client.read_api import ReadApis, chosen
from pbckit.cli.client.session import LOCAL_STACK, place_of
from pbckit.cli.deployment.sandbox import Folder
from pbckit.cli.errors import OperatorError
from pbckit.cli.output import AsJson, Stack, print_json, print_table
from pbckit.sandbox.embedded_aws import DEFAULT_FOLDER

app = typer.Typer(no_args_is_help=True, help="Read APIs: where they answer, and asking one as a role.")


@app.command("list")
def list_(stack: Stack = LOCAL_STACK, folder: Folder = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    """Where each question is answered, and the resource on which a caller needs `execute-api:Invoke`."""
    routes = ReadApis(place_of(stack, folder)).routes()
    if as_json:
        print_json(routes)
    else:
        columns = ["unit", "capability", "address", "execute-api:Invoke on"]
        print_table(f"Read APIs of {stack}", columns, [msgspec.structs.astuple(one) for one in routes])


@app.command()
def get(
    name: Annotated[str, typer.Argument(metavar="UNIT.CAPABILITY", help="For example `orders.order`.")],
    fields: Annotated[list[str], typer.Argument(metavar="FIELD=VALUE...", help="Fields of the request.")],
    role: Annotated[str, typer.Option("--role", help="ARN of the IAM role that signs the request.")],
    stack: Stack = LOCAL_STACK,
    folder: Folder = DEFAULT_FOLDER,
) -> None:
    """Ask a question over HTTP, signed as a role, and print the answer. Exit code 1: it was refused."""
    apis = ReadApis(place_of(stack, folder))
    pairs = [_pair(one) for one in fields]
    print_json(msgspec.json.decode(apis.get(chosen(apis.routes(), name), pairs, role)))


def _pair(text: str) -> tuple[str, str]:
    field, equals, value = text.partition("=")
    if not field or not equals:
        raise OperatorError(f"{text!r} is no field with its value; write it as FIELD=VALUE")
    return field, value
