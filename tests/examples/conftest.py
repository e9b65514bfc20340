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


_LEAK = """

import json

import pulumi_aws as aws

_define = define


def define(pbc: Pbc) -> None:
    _define(pbc)
    names = pbc.context.names
    aws.iam.RolePolicy(
        "curious",
        role=names.physical("%s"),
        policy=json.dumps({
            "Version": "2012-10-17",
            "Statement": [{
                "Effect": "Allow",
                "Action": "dynamodb:GetItem",
                "Resource": names.table(names.of("orders").physical("store")),
            }],
        }),
    )
"""


def leak_into(module: Path, role: str) -> None:
    """Let a role of a PBC read the orders' table, by a policy that its components did not make."""
    module.write_text(module.read_text() + _LEAK % role)


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
