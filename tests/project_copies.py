"""Copies of the project as it lies here, uncommitted changes included, to try in what changes the project."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

OF_OTHERS = ("PYTEST_", "MAKE", "MFLAGS", "GIT_", "COVERAGE_")
"""What a test run, a make or a hook tells its own children, and not those of the copy."""


def copied(place: Path) -> Path:
    """Clone the project into a folder, with what is not committed, and the environment that this runs in.

    What was built of it comes along, which is the same at any place: bytecode, and layers.
    """
    _git(place.parent, "clone", "--quiet", "--no-hardlinks", str(ROOT), str(place))
    there = set(_listed("--cached", "--others", "--exclude-standard"))
    gone = set(_listed("--deleted"))
    for path in there - gone:
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, place / path, follow_symlinks=False)
    for path in gone:
        (place / path).unlink(missing_ok=True)
    folders = sorted({Path(path).parent for path in there - gone if path.endswith(".py")})
    bytecode = (built for folder in folders for built in (ROOT / folder).glob("__pycache__/*.pyc"))
    for built in (*bytecode, *ROOT.glob("dist/*-layer-*.zip")):
        copy = place / built.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(built, copy)
    (place / ".venv").symlink_to(sys.prefix)
    return place


def run(project: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command on the copy's own modules, wherever the environment has the project installed from.

    Args:
        project: the copy.
        command: what to run in it.
        variables: of the environment, besides those of this process.
    """
    environment = {key: value for key, value in os.environ.items() if not key.startswith(OF_OTHERS)}
    modules = os.pathsep.join(map(str, (project, project / "components", project / "policies")))
    return subprocess.run(
        command,
        cwd=project,
        env={**environment, "PYTHONPATH": modules, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def make(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Make a target of the copy. Its environment is taken as it is: nothing is installed."""
    found = shutil.which("make")
    assert found is not None
    return run(project, found, "--old-file", ".venv/.installed", *arguments)


def changes(project: Path) -> str:
    """What differs from the last commit, file by file."""
    return run(project, "git", "status", "--porcelain", "--untracked-files=all").stdout


def _listed(*which: str) -> list[str]:
    return [path for path in _git(ROOT, "ls-files", "-z", *which).split("\0") if path]


def _git(folder: Path, *arguments: str) -> str:
    done = run(folder, "git", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout
