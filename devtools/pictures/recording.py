"""A recording of the demo: what `rewards demo` prints, with its times, as asciicast, and as one picture."""

import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.text import Text

from ops.repository import ROOT

CAST, PICTURE = "demo.cast", "demo.svg"
WIDTH, HEIGHT = 110, 40
_LONGEST_PAUSE_SECONDS = 2
"""That a player makes of a longer one: deploying takes a minute and prints nothing."""
_FONTS = re.compile(r"@font-face\s*\{.*?\}", re.DOTALL)
_TITLE = "rewards demo"


class Line(NamedTuple):
    """A line that was printed."""

    seconds: float
    """Since the demo began."""
    text: str
    """With its colours, as escape sequences of a terminal."""


class DemoFailed(Exception):
    """The demo did not end with exit code 0: there is nothing to show."""


def record(folder: Path, purchases: Path) -> None:
    """Run the demo once, and write recording and picture.

    Args:
        folder: where to.
        purchases: CSV file with the purchases that it is run with.

    Raises:
        DemoFailed: it failed, or a promise of it did not hold.
    """
    lines = list(_printed("demo", "--purchases", str(purchases)))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CAST).write_text(cast(lines))
    (folder / PICTURE).write_text(picture(lines))


def _printed(*arguments: str) -> Iterator[Line]:
    """What the command prints, line by line. It thinks that it writes to a terminal which cannot be written over."""
    surroundings = {**os.environ, "FORCE_COLOR": "1", "TTY_INTERACTIVE": "0", "COLUMNS": str(WIDTH)}
    command, began = [sys.executable, "-m", "ops", *arguments], time.monotonic()
    with subprocess.Popen(
        command, cwd=ROOT, env=surroundings, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        for text in process.stdout or ():
            yield Line(time.monotonic() - began, text.rstrip("\n"))
    if process.returncode != 0:
        raise DemoFailed(f"{' '.join(command)}: exit code {process.returncode}")


def cast(lines: list[Line]) -> str:
    """As a file of `asciinema play`. Source of the format: docs.asciinema.org, "asciicast v2"."""
    header = {
        "version": 2,
        "width": WIDTH,
        "height": HEIGHT,
        "idle_time_limit": _LONGEST_PAUSE_SECONDS,
        "title": _TITLE,
    }
    events = ([round(line.seconds, 3), "o", f"{line.text}\r\n"] for line in lines)
    return "".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in (header, *events))


def picture(lines: list[Line]) -> str:
    """Everything that was printed, as SVG that loads nothing."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    for line in lines:
        console.print(Text.from_ansi(line.text), soft_wrap=True)
    return _FONTS.sub("", console.export_svg(title=_TITLE))
