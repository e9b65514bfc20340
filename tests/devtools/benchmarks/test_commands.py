"""The help of a command is there at once: no subcommand is imported for it."""

import subprocess
import sys

import pytest

from devtools.benchmarks import commands

SLOW = ("boto3", "pulumi", "msgspec", "pbc_isolation", "pbckit.infra", "pbckit.sandbox")


@pytest.mark.parametrize("name", commands._COMMANDS)
def test_help_imports_nothing_that_takes_long(name: str):
    told = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); "
    code = told + commands._COMMANDS[name]
    done = subprocess.run([sys.executable, "-c", code, "--help"], check=True, capture_output=True, text=True)
    assert "sandbox" in done.stdout
    loaded = set(done.stderr.split())
    assert loaded >= {"typer"}
    assert loaded.isdisjoint(SLOW)


def test_both_programs_print_their_help():
    assert commands._seconds(commands._BARE) > 0
