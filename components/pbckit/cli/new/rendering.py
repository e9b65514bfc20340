"""The templates of a program and of a PBC, filled in.

A template is a file of something that works, called `program-name` or `unit-name`. Being Python, it is linted and
formatted like all other code; filling it in is writing other names, and putting the imports into the order that the
names give them.
"""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from pbckit.cli.deployment.pipelines import Delivered, workflow, workflow_of
from pbckit.cli.errors import OperatorError
from pbckit.cli.new.consumed import Consumed

_TEMPLATES = Path(__file__).parent / "templates"
PBC = _TEMPLATES / "pbc"
PROGRAM = _TEMPLATES / "program"
_UNIT = re.compile(r"unit[-_]name")


def package_of(unit: str) -> str:
    """The name of a unit's folders and modules."""
    return unit.replace("-", "_")


def class_of(unit: str) -> str:
    """The unit's name in the names of classes."""
    return "".join(word.capitalize() for word in unit.split("-"))


def rendered(root: Path, unit: str, of: Consumed, templates: Path = PBC) -> dict[Path, str]:
    """The files of a new PBC: paths relative to the project's root, and contents.

    Args:
        root: folder of the project, whose settings of ruff hold.
        unit: key of the PBC.
        of: what it consumes.
        templates: the folder of templates.

    Raises:
        OperatorError: a template is not Python that can be formatted.
    """
    names = {
        "unit-name": unit,
        "unit_name": package_of(unit),
        "UnitName": class_of(unit),
        "source-name.EventName": of.contract,
        "source_name": of.module,
        "EventName": of.event.detail_type(),
        "field_name": of.field,
        "FIELD_SCHEMA": of.field_schema,
    }
    files = filled(templates, names)
    files[workflow_of(unit)] = workflow(Delivered(unit=unit, room="pbcs"))
    return {path: _formatted(root, path, text) if path.suffix == ".py" else text for path, text in files.items()}


def filled(templates: Path, names: Mapping[str, str]) -> dict[Path, str]:
    """The files of a folder of templates with names in the place of others: in their paths, and in their contents.

    `.template` at the end of a file's name is left out: tools would take such a file for their own, here.
    """
    placeholder = re.compile("|".join(re.escape(name) for name in names))

    def written(text: str) -> str:
        return placeholder.sub(lambda found: names[found[0]], text)

    texts = {str(path): (templates / path).read_text() for path in _paths(templates)}
    return {Path(written(path).removesuffix(".template")): written(text) for path, text in texts.items()}


def places(unit: str) -> list[Path]:
    """The files and folders of a new PBC that are named after it, relative to the project's root."""
    named = {_named_part(path) for path in _paths(PBC)}
    names = {"unit-name": unit, "unit_name": package_of(unit)}
    return sorted([workflow_of(unit), *(Path(_UNIT.sub(lambda found: names[found[0]], str(path))) for path in named)])


def _named_part(template: Path) -> Path:
    """Where a path first has the unit's name in it: what is above belongs to everyone."""
    (*_, place) = (path for path in (template, *template.parents) if _UNIT.search(path.name))
    return place


def _paths(folder: Path) -> list[Path]:
    found = [path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    if not found:
        raise OperatorError(f"{folder} is missing: the installation is incomplete; install pbckit anew")
    return sorted(path.relative_to(folder) for path in found)


def _formatted(root: Path, path: Path, text: str) -> str:
    """The order of imports and the breaking of lines depend on the name."""
    for command in (["check", "--select", "I", "--fix", "--quiet"], ["format", "--quiet"]):
        text = _ruff([*command, "--stdin-filename", str(path), "-"], root, text)
    return text


def _ruff(arguments: list[str], root: Path, text: str) -> str:
    command = [sys.executable, "-m", "ruff", *arguments]
    done = subprocess.run(command, cwd=root, input=text, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise OperatorError(f"ruff says: {done.stderr.strip()}")
    return done.stdout
