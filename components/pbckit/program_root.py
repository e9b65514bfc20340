"""The folder of the program that the library works for: where its `Pulumi.yaml` stands."""

import os
from pathlib import Path

PROJECT_FILE = "Pulumi.yaml"
ROOT_VARIABLE = "PBC_ROOT"
"""Environment variable that names the folder, where that is not the working directory."""


class NoProgram(ValueError):
    """There is no Pulumi program here. The message names the folder that was looked in."""


def program_root(start: Path | None = None) -> Path:
    """The nearest folder with a `Pulumi.yaml`, at or above a folder.

    Args:
        start: where to begin; by default the folder that `PBC_ROOT` names, else the working directory.

    Raises:
        NoProgram: no folder has one.
    """
    begin = (start or Path(os.environ.get(ROOT_VARIABLE, "."))).resolve()
    for folder in (begin, *begin.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise NoProgram(f"no {PROJECT_FILE} in {begin} or above it; go to a Pulumi program, or name its folder with --root")
