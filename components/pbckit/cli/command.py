"""A command of many groups, each imported when it is asked for; errors that a person can mend become one line."""

import gc
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from traceback import walk_tb
from typing import Annotated, Any, ClassVar, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from pbckit.errors import PbckitError
from pbckit.program_root import NoProgram, program_root, working_on

_PROGRAM_CODE = {"__main__.py", "settings.py", "contracts", "pbcs", "offerings", "facades", "lambdas"}
"""Where a program's own code is, relative to its root."""

_ALLOCATIONS_BETWEEN_SEARCHES = 200_000


class BrokenProgram(PbckitError):
    """The program's own code cannot be imported or run. The message names file, line and error."""


class Entry(NamedTuple):
    """A subcommand: where it is, and its line in the list of subcommands."""

    module: str
    attribute: str
    """A `typer.Typer`, or a function."""
    help: str


class LazyGroup(TyperGroup):
    """Imports a subcommand when it is run. `--help` shows the list without importing any."""

    entries: ClassVar[Mapping[str, Entry]] = {}
    home: ClassVar[Path | None] = None
    """Folder of the program where none is named and the working directory is in none."""
    _listing = False

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 as click has it
        """Names of the subcommands, in the order of the table."""
        return list(self.entries)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Print the help."""
        self._listing = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self._listing = False

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 as click has it
        """The subcommand of a name; None if there is none."""
        entry = self.entries.get(cmd_name)
        if entry is None:
            return None
        if self._listing:
            return TyperCommand(cmd_name, help=entry.help)
        target = getattr(import_module(entry.module), entry.attribute)
        if not isinstance(target, typer.Typer):
            alone = typer.Typer(pretty_exceptions_enable=False)
            alone.command(cmd_name)(target)
            target = alone
        command = get_command(target)
        command.name = cmd_name
        return command

    def invoke(self, ctx: Any) -> Any:
        """Run the command. What a person can mend is told in one line; a defect keeps its traceback."""
        # What a command reads lives until it ends: a search for cycles among it finds nothing, and takes long.
        gc.set_threshold(_ALLOCATIONS_BETWEEN_SEARCHES)
        try:
            with _program(ctx.params.get("root"), self.home):
                result = _in_program_code(super().invoke, ctx)
                sys.stdout.flush()
                return result
        except BrokenPipeError:
            raise  # Whoever reads the output has enough: typer ends with exit code 1.
        except Exception as error:
            exit_code = _exit_code(error)
            if exit_code is None:
                raise
            _report(error)
            _give_up_writing()
            raise typer.Exit(exit_code) from error


def command(help_: str, entries: Mapping[str, Entry], home: Path | None = None) -> typer.Typer:
    """A command made of subcommands.

    Args:
        help_: what it is for.
        entries: the subcommands by name, in the order of the help.
        home: folder of the program that it works on where the working directory is in none.
    """
    group = type("Group", (LazyGroup,), {"entries": entries, "home": home})
    app = typer.Typer(cls=group, no_args_is_help=True, pretty_exceptions_enable=False, help=help_)
    app.callback()(_of_program)
    return app


def _of_program(
    root: Annotated[Path | None, typer.Option(help="Folder of the program; by default the one you are in.")] = None,
) -> None:
    """`invoke` uses the option, before any subcommand is imported."""


@contextmanager
def _program(named: Path | None, home: Path | None) -> Iterator[None]:
    root = named or (home if home is not None and not _in_a_program() else None)
    with nullcontext() if root is None else working_on(root):
        yield


def _in_a_program() -> bool:
    try:
        program_root()
    except NoProgram:
        return False
    return True


def _give_up_writing() -> None:
    """What could not be written, for example on a full disk, is not tried again when Python ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _in_program_code(invoke: Callable[[Any], Any], ctx: Any) -> Any:
    """Run a command. An error that the program's own code raises becomes one that names its file and line."""
    try:
        return invoke(ctx)
    except Exception as error:
        expected = _exit_code(error) is not None and not isinstance(error, OSError)
        if expected or (line := _program_line(error)) is None:
            raise
        reason = error.msg if isinstance(error, SyntaxError) else str(error)
        raise BrokenProgram(f"{line}: {type(error).__name__}: {reason}") from error


def _program_line(error: Exception) -> str | None:
    """Where the program's own code is wrong, as `contracts/orders.py:12`; None where the error is another's."""
    if isinstance(error, SyntaxError) and error.filename is not None:
        file, line = Path(error.filename), error.lineno or 1
    elif frames := list(walk_tb(error.__traceback__)):
        file, line = Path(frames[-1][0].f_code.co_filename), frames[-1][1]
    else:
        return None
    try:
        inside = file.relative_to(program_root())
    except (NoProgram, ValueError):
        return None
    return f"{inside}:{line}" if inside.parts[0] in _PROGRAM_CODE else None


def _exit_code(error: Exception) -> int | None:
    """The exit code of an error that a person can mend; None for a defect. Imported only now: it takes long."""
    from botocore.exceptions import BotoCoreError, ClientError
    from pulumi import RunError

    from pbckit.cli.errors import COULD_NOT_RUN

    if isinstance(error, PbckitError):
        return error.exit_code
    return COULD_NOT_RUN if isinstance(error, BotoCoreError | ClientError | RunError | OSError) else None


def _missing_data(error: Exception) -> str | None:
    """The file of an installed distribution that is not there; None where the error is another."""
    if not isinstance(error, FileNotFoundError) or error.filename is None:
        return None
    missing = Path(str(error.filename))
    packages = [find_spec(name) for name in ("pbckit", "pbc_isolation")]
    folders = [folder for one in packages if one for folder in one.submodule_search_locations or ()]
    return str(missing) if any(missing.is_relative_to(folder) for folder in folders) else None


def _report(error: Exception) -> None:
    from pbckit.cli.output import remarks

    missing = _missing_data(error)
    text = str(error)
    if missing:
        text = f"{missing} is missing: the installation is incomplete; install pbckit and pbc-isolation anew"
    elif isinstance(error, OSError) and error.strerror:
        text = ": ".join(str(part) for part in (error.filename, error.strerror) if part)
    remarks.print(f"error: {text}", style="red", markup=False, soft_wrap=True, highlight=False)
