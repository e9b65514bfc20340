"""The help of every command, of `pbc` and `rewards`, on a terminal of 80 columns."""

from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from ops.main import app as rewards
from pbckit.cli.main import app as pbc

PROGRAMS = {"pbc": pbc, "rewards": rewards}


def commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command below one, with itself."""
    yield path, command
    if hasattr(command, "list_commands"):
        context = command.make_context("", [], resilient_parsing=True)
        for name in command.list_commands(context):
            yield from commands(command.get_command(context, name), (*path, name))


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_name_of_an_option_is_cut(program: str):
    cut: list[str] = []
    for path, command in commands(get_command(PROGRAMS[program]), ()):
        shown = CliRunner().invoke(PROGRAMS[program], [*path, "--help"], env={"COLUMNS": "80"}).output
        names = (name for one in command.params for name in (*one.opts, *one.secondary_opts) if name.startswith("--"))
        cut += [f"{' '.join(path)} {name}" for name in names if name not in shown]
    assert cut == []
