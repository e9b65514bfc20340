"""The folder of the program's pack: where its `PulumiPolicy.yaml` and its exemptions stand."""

import os
from pathlib import Path

_PROJECT_FILE = "PulumiPolicy.yaml"
_PACK = "policies"
_ROOT_VARIABLE = "PBC_ROOT"
SHIPPED = Path(__file__).resolve().with_name("shipped")
"""What is run for a program that has no pack of its own."""


def pack_folder(start: Path | None = None) -> Path:
    """The working directory where the Pulumi engine runs a pack; else the nearest `policies/` of a program.

    Args:
        start: where to look for a program, upwards; by default the folder that `PBC_ROOT` names, or else the working
            directory.
    """
    begin = (start or Path(os.environ.get(_ROOT_VARIABLE, "."))).resolve()
    if (begin / _PROJECT_FILE).is_file():
        return begin
    packs = (folder / _PACK for folder in (begin, *begin.parents))
    return next((pack for pack in packs if (pack / _PROJECT_FILE).is_file()), SHIPPED)
