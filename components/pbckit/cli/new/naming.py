"""Which names a new PBC and a new program can have."""

import keyword
from collections.abc import Iterator
from pathlib import Path

from pbckit.cli.errors import OperatorError
from pbckit.cli.new.rendering import package_of, places
from pbckit.contracts import catalogue
from pbckit.infra.environment import ENVIRONMENTS
from pbckit.infra.names import DEPLOYMENT, LIMIT, PLATFORM, UNIT_PATTERN, Names
from pbckit.sandbox.stack_config import read_stack

_STACK = "dev"
_LONGEST_FUNCTION = "count-events"
"""Of the functions that the templates make. Longer names that come later are cut, and stay unambiguous."""
_OPERATIONS = "operations"


_LONGEST_PROGRAM = 24


class UnusableName(OperatorError):
    """The name cannot be a new PBC's or program's. Says why, and what is allowed."""


def require_usable_program(folder: Path, name: str) -> None:
    """See that a new program can have this name.

    Raises:
        UnusableName: it is not kebab-case, too long, or there is a file or folder of that name.
    """
    allowed = f"kebab-case, at most {_LONGEST_PROGRAM} characters, for example shop"
    if not UNIT_PATTERN.fullmatch(name):
        raise UnusableName(f"{name!r} cannot be a program's name: it is not kebab-case. Allowed: {allowed}")
    if len(name) > _LONGEST_PROGRAM:
        raise UnusableName(f"{name!r} cannot be a program's name: it has {len(name)} characters. Allowed: {allowed}")
    if folder.exists():
        raise UnusableName(f"{name!r} cannot be a new program's name here: {folder} is there already")


def longest_name(root: Path) -> int:
    """How many characters a name can have so that every function keeps its whole name in every environment."""
    project = read_stack(root, _STACK).project
    names = Names(project=project, environment=max(ENVIRONMENTS, key=len), unit="x", account="", region="")
    return LIMIT - len(_LONGEST_FUNCTION) - (len(names.prefix) - len(names.unit))


def require_usable(root: Path, unit: str) -> None:
    """See that a new PBC can have this name.

    Raises:
        UnusableName: it is not kebab-case, too long, a word of Python, or taken.
    """
    most = longest_name(root)
    for problem in _problems(root, unit, most):
        allowed = f"kebab-case, at most {most} characters, not taken; for example orders or gift-cards"
        raise UnusableName(f"{unit!r} cannot be a PBC's name: {problem}. Allowed: {allowed}")


def _problems(root: Path, unit: str, most: int) -> Iterator[str]:
    """What is wrong, the plainest first."""
    if not UNIT_PATTERN.fullmatch(unit):
        yield "it is not kebab-case (a-z, 0-9, single dashes between, a letter first)"
    if len(unit) > most:
        yield f"its {len(unit)} characters leave no room for the names of functions ({LIMIT} characters on AWS)"
    if unit == DEPLOYMENT:
        yield "it stands in the place of a unit in the names of deployment roles"
    if unit in (PLATFORM, _OPERATIONS, *catalogue.units(), *catalogue.legacy_units()):
        yield "there is a unit of that name"
    if keyword.iskeyword(package_of(unit)):
        yield "it is a keyword of Python"
    if _is_package(root / package_of(unit)):
        yield f"{package_of(unit)}/ is a package of this project"
    for place in places(unit):
        for there in _taken(root / place):
            yield f"{there.relative_to(root)} is there already"


def _is_package(folder: Path) -> bool:
    return folder.is_dir() and any(folder.glob("*.py"))


def _taken(place: Path) -> Iterator[Path]:
    """What stands where a file or folder would: itself, or a module beside a package of one name."""
    candidates = (place, place.with_suffix(""), place.with_suffix(".py"))
    yield from (path for path in dict.fromkeys(candidates) if path.exists())
