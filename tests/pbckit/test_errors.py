"""All errors of the library are in one tree, and the command prints each of them in one line."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

from typer.testing import CliRunner

import pbckit
from pbckit.cli.command import Entry, command
from pbckit.errors import FunctionError, PbckitError

LAMBDA_CODE = ("pbckit.runtime.", "pbckit.strangler.")


def raised() -> Iterator[type[Exception]]:
    """Every error that a module of the library defines."""
    for info in pkgutil.walk_packages(pbckit.__path__, "pbckit."):
        if ".new.templates." in info.name or info.name.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        for _, one in inspect.getmembers(module, inspect.isclass):
            if issubclass(one, Exception) and one.__module__ == info.name:
                yield one


def test_every_error_of_the_library_is_in_the_tree():
    found = list(raised())
    assert len(found) > 40
    assert [one for one in found if not issubclass(one, PbckitError)] == []


def test_errors_of_lambda_code_have_a_base_of_their_own():
    found = [one for one in raised() if one.__module__.startswith(LAMBDA_CODE)]
    assert len(found) > 10
    assert [one for one in found if not issubclass(one, FunctionError)] == []


class NotToday(PbckitError):
    """An error that no command knows by name."""


def fails() -> None:
    raise NotToday("quantity '0': must be 1 or more")


def breaks() -> None:
    raise RuntimeError("a defect")


APP = command("A command.", {name: Entry(__name__, name, name) for name in ("fails", "breaks")})


def test_the_command_prints_any_error_of_the_library_in_one_line():
    result = CliRunner().invoke(APP, ["fails"])
    assert (result.exit_code, result.stderr) == (2, "error: quantity '0': must be 1 or more\n")


def test_a_defect_is_not_told_as_something_to_mend():
    result = CliRunner().invoke(APP, ["breaks"])
    assert isinstance(result.exception, RuntimeError)
    assert "error:" not in result.stderr
