"""A new program."""

import json
import shutil
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from pbckit.cli.new.naming import require_usable_program
from pbckit.cli.new.pbc import GENERATE_CONTRACTS, generate_documents
from pbckit.cli.new.rendering import PROGRAM, filled
from pbckit.cli.new.written import written


def make_program(folder: Path, name: str) -> list[Path]:
    """Write a program into a new folder. Gives the files, relative to it.

    Raises:
        OperatorError: the name cannot be used, or the program cannot be made; then nothing has changed.
    """
    require_usable_program(folder, name)
    names = {"program-name": name, "LIBRARY": _requirement("pbckit"), "PACK": _requirement("pbc-isolation")}
    files = filled(PROGRAM, names)
    with written(folder, files, lambda: shutil.rmtree(folder, ignore_errors=True)):
        generate_documents(folder, GENERATE_CONTRACTS)
    return [*files]


def _requirement(name: str) -> str:
    """What asks for a distribution where this installation has it from (PEP 610), or else by its version."""
    try:
        installed = distribution(name)
    except PackageNotFoundError:  # from a folder on the path
        return name
    origin: dict[str, Any] = json.loads(installed.read_text("direct_url.json") or "{}")
    match origin:
        case {"vcs_info": {"vcs": vcs, "commit_id": commit}, "url": url}:
            folder = f"#subdirectory={origin['subdirectory']}" if "subdirectory" in origin else ""
            return f"{name} @ {vcs}+{url}@{commit}{folder}"
        case {"url": url}:
            return f"{name} @ {url}"
        case _:
            return f"{name}=={installed.version}"
