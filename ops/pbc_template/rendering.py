"""The templates of a PBC, filled in.

A template is a file of a working PBC called `unit-name`. Being Python, it is linted and formatted like all other code;
filling it in is writing another name, and putting the imports into the order that the name gives them.
"""

import re
import subprocess
import sys
from pathlib import Path

from pbckit.cli.deployment.pipelines import Delivered, workflow, workflow_of
from pbckit.cli.errors import OperatorError

TEMPLATES = Path("templates/pbc")
_PLACEHOLDER = re.compile(r"unit([-_])name")
_KIT_REQUIREMENTS = Path("components/pbckit/runtime/requirements.txt")


def package_of(unit: str) -> str:
    """The name of a unit's folders and modules."""
    return unit.replace("-", "_")


def rendered(root: Path, unit: str) -> dict[Path, str]:
    """The files of a new PBC: paths relative to the project's root, and contents.

    Raises:
        OperatorError: a template cannot be read, or is not Python that can be formatted.
    """
    try:
        files = {Path(_filled(str(path), unit)): _filled(text, unit) for path, text in _templates(root).items()}
        # Its `requirements.in` asks for what the kit needs and no more: what is pinned for the kit is pinned for it.
        files[Path("lambdas") / package_of(unit) / "requirements.txt"] = (root / _KIT_REQUIREMENTS).read_text()
        files[workflow_of(unit)] = workflow(Delivered(unit=unit, room="pbcs"))
    except OSError as error:
        raise OperatorError(f"cannot read {error.filename}: {error.strerror}") from error
    return {path: _formatted(root, path, text) if path.suffix == ".py" else text for path, text in files.items()}


def places(root: Path, unit: str) -> list[Path]:
    """The files and folders of a new PBC that are named after it, relative to the project's root."""
    named = {_named_part(path) for path in _paths(root)}
    return sorted([workflow_of(unit), *(Path(_filled(str(path), unit)) for path in named)])


def _named_part(template: Path) -> Path:
    """Where a path first has the unit's name in it: what is above belongs to everyone."""
    (*_, place) = (path for path in (template, *template.parents) if _PLACEHOLDER.search(path.name))
    return place


def _paths(root: Path) -> list[Path]:
    folder = root / TEMPLATES
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return sorted(path.relative_to(folder) for path in found)


def _templates(root: Path) -> dict[Path, str]:
    return {path: (root / TEMPLATES / path).read_text() for path in _paths(root)}


def _filled(text: str, unit: str) -> str:
    return _PLACEHOLDER.sub(lambda found: unit.replace("-", found[1]), text)


def _formatted(root: Path, path: Path, text: str) -> str:
    """The order of imports and the breaking of lines depend on the name."""
    for command in (["check", "--select", "I", "--fix", "--quiet"], ["format", "--quiet"]):
        text = _ruff([*command, "--stdin-filename", str(path), "-"], root, text)
    return text


def _ruff(arguments: list[str], root: Path, text: str) -> str:
    command = [sys.executable, "-m", "ruff", *arguments]
    done = subprocess.run(command, cwd=root, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OperatorError(f"ruff, which `make install` installs, says: {done.stderr.strip()}")
    return done.stdout
