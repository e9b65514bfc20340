"""What contracts publish: which unit may call which capability of which other. Read as data, from JSON Schemas."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pbc_isolation.stack.values import read, texts

PEOPLE = "operations"
"""The caller by which contracts name people."""


class InvalidContract(ValueError):
    """A contract file that cannot be read. The message names it."""


@dataclass(frozen=True)
class Capability:
    """A capability of a unit, open to named callers."""

    unit: str
    name: str
    callers: tuple[str, ...]


def read_contracts(folder: Path) -> tuple[Capability, ...]:
    """The capabilities of `UNIT.CAPABILITY.json` files that carry `x-callers`; none where there is no such folder.

    Raises:
        InvalidContract: a file is not JSON.
    """
    found: list[Capability] = []
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        try:
            schema: Any = json.loads(path.read_text())
        except json.JSONDecodeError as error:
            raise InvalidContract(f"{path}: not JSON: {error}") from error
        callers = read(schema, "x-callers")
        unit, _, name = path.stem.partition(".")
        if isinstance(callers, list) and name:
            found.append(Capability(unit, name, tuple(texts(callers))))
    return tuple(found)
