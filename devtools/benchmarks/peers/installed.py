"""Other tools, each in an environment of its own: what one pins must not bind this project."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class NotInstalledError(RuntimeError):
    """A tool cannot be installed here. The message says why."""


@dataclass(frozen=True)
class Tool:
    """An installed tool."""

    name: str
    version: str
    folder: Path
    """Its environment."""

    @property
    def command(self) -> Path:
        """The program of its name."""
        return self.folder / "bin" / self.name

    @property
    def python(self) -> Path:
        """The interpreter that can import it."""
        return self.folder / "bin/python"


def install(name: str, version: str, folder: Path, *beside: str) -> Tool:
    """Install a tool from PyPI in a folder, with requirements beside it.

    Raises:
        NotInstalledError: no registry has it, or none can be reached.
    """
    uv, environment = Path(sys.executable).with_name("uv"), folder / name
    _run(name, [uv, "venv", "--quiet", "--python", sys.executable, environment])
    wanted = [f"{name}=={version}", *beside]
    _run(name, [uv, "pip", "install", "--quiet", "--python", environment / "bin/python", *wanted])
    return Tool(name, version, environment)


def install_node(name: str, version: str, folder: Path) -> Tool:
    """Install a tool from npm in a folder.

    Raises:
        NotInstalledError: there is no npm, no registry has it, or none can be reached.
    """
    npm = shutil.which("npm")
    if npm is None:
        raise NotInstalledError(f"{name}: npm is missing: https://nodejs.org")
    environment = folder / name.replace("/", "+")
    environment.mkdir()
    _run(name, [npm, "install", "--no-audit", "--no-fund", "--prefix", environment, f"{name}@{version}"])
    return Tool(name, version, environment)


def _run(name: str, command: Sequence[str | Path]) -> None:
    try:
        subprocess.run(command, check=True, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise NotInstalledError(f"{name}: {error}") from error
    except subprocess.CalledProcessError as error:
        raise NotInstalledError(f"{name}: {error.stderr.strip()}") from error
