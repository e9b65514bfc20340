"""Programs on the installed wheels of the library and the pack, with nothing of this repository around them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import uv

from tests.conftest import ROOT


class Program:
    """A program's folder, and the command `pbc` of the installed wheels."""

    def __init__(self, root: Path, installed: Path) -> None:
        self.root = root
        self._environment = {**os.environ, "PYTHONPATH": str(installed)}

    def pbc(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command in the folder."""
        return self.python("from pbckit.cli.main import app; app(prog_name='pbc')", *arguments)

    def python(self, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run code in the folder."""
        return self.run(sys.executable, "-c", code, *arguments)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run any command in the folder."""
        return subprocess.run(
            command, cwd=self.root, env=self._environment, capture_output=True, text=True, check=False
        )


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheels of the library and the pack, and nothing of this repository."""
    wheels, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("installed")
    for project in ("components", "policies"):
        source = tmp_path_factory.mktemp("source") / project
        shutil.copytree(ROOT / project, source, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "build"))
        _uv("build", "--quiet", "--wheel", "--out-dir", str(wheels), str(source))
    _uv("pip", "install", "--quiet", "--no-deps", "--target", str(target), *map(str, wheels.glob("*.whl")))
    return target


def _uv(*arguments: str) -> None:
    subprocess.run([uv.find_uv_bin(), *arguments], check=True, capture_output=True, text=True)
