"""`pbc console`: the system live in a browser."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Annotated

import typer

from pbckit.cli.client.session import LOCAL_STACK
from pbckit.cli.deployment.sandbox import Folder
from pbckit.cli.output import Stack, out
from pbckit.console.connection import Connection
from pbckit.console.listening import listening
from pbckit.console.pages import PAGES, Page
from pbckit.console.poller import Pace
from pbckit.infra.environment import EMBEDDED
from pbckit.sandbox.embedded_aws import DEFAULT_FOLDER

DEFAULT_PORT = 8321
_EVERY_SECONDS, _EVERY_SECONDS_ON_AWS = 5.0, 30.0


def console_of(pages: Mapping[str, Page]) -> Callable[..., None]:
    """The subcommand `console` with a program's pages.

    Args:
        pages: by path, in the order of the navigation.
    """

    def console(
        port: Annotated[
            int, typer.Option(min=0, max=65535, help="Where it listens; 0 takes a free one.")
        ] = DEFAULT_PORT,
        no_open: Annotated[bool, typer.Option("--no-open", help="Open no browser: print the address only.")] = False,
        every: Annotated[
            float | None,
            typer.Option(min=1, help="Look every so many seconds; by default 5 on the sandbox and 30 on AWS."),
        ] = None,
        stack: Stack = LOCAL_STACK,
        folder: Folder = DEFAULT_FOLDER,
    ) -> None:
        """Show the system live in a browser, on this machine only. Ctrl-C ends it."""
        interval = every or (_EVERY_SECONDS if stack in EMBEDDED else _EVERY_SECONDS_ON_AWS)
        with listening(port) as here:
            out.print(f"console of stack {stack}: {here.url}", soft_wrap=True, highlight=False)
            from pbckit.console.server import serve  # NiceGUI takes a second to import.

            connection, pace = Connection(stack=stack, folder=folder), Pace(interval_seconds=interval)
            with suppress(KeyboardInterrupt):
                serve(here, connection, pages, pace, open_browser=not no_open)
            out.print("console closed")

    return console


console = console_of(PAGES)
