"""The folder of the program's pack: where its `PulumiPolicy.yaml` and its exemptions stand."""

import os
from pathlib import Path

_PROJECT_FILE = "PulumiPolicy.yaml"
_PACK = "policies"
_ROOT_VARIABLE = "PBC_ROOT"
_PROGRAM_FILE = "Pulumi.yaml"
SHIPPED = Path(__file__).resolve().with_name("shipped")
"""What is run for a program that has no pack of its own."""


def pack_folder(start: Path | None = None) -> Path:
    """The working directory where the Pulumi engine runs a pack; else the nearest `policies/` of a program.

    Of a program without a pack it is where that would be: what settings name is relative to it.

    Args:
        start: where to look for a program, upwards; by default the folder that `PBC_ROOT` names, or else the working
            directory.
    """
    begin = (start or Path(os.environ.get(_ROOT_VARIABLE, "."))).resolve()
    if (begin / _PROJECT_FILE).is_file():
        return begin
    above = (begin, *begin.parents)
    packs = [folder / _PACK for folder in above if (folder / _PACK / _PROJECT_FILE).is_file()]
    programs = [folder / _PACK for folder in above if (folder / _PROGRAM_FILE).is_file()]
    return next(iter([*packs, *programs]), SHIPPED)


def source_folder(folder: Path) -> Path:
    """The folder with the files of a pack: itself, or what is shipped in its place."""
    return folder if (folder / _PROJECT_FILE).is_file() else SHIPPED
