"""How long the commands take to say what they can, beside a bare typer program, in the same run."""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_RUNS = 7
_BARE = "import typer; app = typer.Typer(); app.command('one')(print); app.command('two')(print); app()"
_COMMANDS = {"pbc": "from pbckit.cli.main import app; app()", "rewards": "from ops.main import app; app()"}
_MILLISECONDS = 1000


@dataclass(frozen=True, kw_only=True)
class Help:
    """Median milliseconds of `--help` in a fresh interpreter."""

    command: str
    own_ms: float
    bare_ms: float
    """Of a program with two commands that imports typer only."""
    ratio: float
    """How many times the bare program: the median over runs of one right after the other."""


def measure() -> Iterator[Help]:
    """Each command in turns with the bare program, so that a machine that slows down slows both."""
    for name, code in _COMMANDS.items():
        runs = [(_seconds(code), _seconds(_BARE)) for _ in range(_RUNS)]
        own, bare = (statistics.median(column) * _MILLISECONDS for column in zip(*runs, strict=True))
        yield Help(command=name, own_ms=own, bare_ms=bare, ratio=statistics.median(one / other for one, other in runs))


def _seconds(code: str, arguments: Sequence[str] = ("--help",)) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start
