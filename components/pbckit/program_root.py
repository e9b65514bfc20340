"""The folder of the program that the library works for: where its `Pulumi.yaml` stands."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from pbckit.errors import PbckitError

PROJECT_FILE = "Pulumi.yaml"
ROOT_VARIABLE = "PBC_ROOT"
"""Environment variable that names the folder, where that is not the working directory."""

_chosen: ContextVar[Path | None] = ContextVar("chosen", default=None)


class NoProgram(PbckitError, ValueError):
    """There is no Pulumi program here. The message names the folder that was looked in."""


@contextmanager
def working_on(root: Path) -> Iterator[None]:
    """Make a folder the one that `program_root` finds, whatever the working directory is."""
    token = _chosen.set(root.resolve())
    try:
        yield
    finally:
        _chosen.reset(token)


def program_root(start: Path | None = None) -> Path:
    """The nearest folder with a `Pulumi.yaml`, at or above a folder.

    Args:
        start: where to begin; by default the folder of `working_on`, else that of `PBC_ROOT`, else the working
            directory.

    Raises:
        NoProgram: no folder has one.
    """
    begin = (start or _chosen.get() or Path(os.environ.get(ROOT_VARIABLE, "."))).resolve()
    for folder in (begin, *begin.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise NoProgram(f"no {PROJECT_FILE} in {begin} or above it; go to a Pulumi program, or name its folder with --root")
