"""Another tool from PyPI, each in an environment of its own: what one pins must not bind this project."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


class NotInstalledError(RuntimeError):
    """A tool cannot be installed here. The message says why."""


@dataclass(frozen=True)
class Tool:
    """An installed tool."""

    name: str
    version: str
    command: Path


def install(name: str, version: str, folder: Path) -> Tool:
    """Install a tool in a folder.

    Raises:
        NotInstalledError: no registry has it, or none can be reached.
    """
    uv, environment = Path(sys.executable).with_name("uv"), folder / name
    try:
        for command in (
            [uv, "venv", "--quiet", "--python", sys.executable, environment],
            [uv, "pip", "install", "--quiet", "--python", environment / "bin/python", f"{name}=={version}"],
        ):
            subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise NotInstalledError(f"{name}: {error}") from error
    except subprocess.CalledProcessError as error:
        raise NotInstalledError(f"{name}: {error.stderr.strip()}") from error
    return Tool(name, version, environment / "bin" / name)
