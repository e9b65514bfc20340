"""Stacks of any size, made of the real program's graph: all its units once more, and once more, under other names.

Nothing else is changed, so that a copy has the functions, roles, documents and wiring that real units have. What all
units share is there once; where it names units in a list, it names the copies too.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pbckit.sandbox.graph import Graph

_PBC, _OFFERING = "pbckit:infra:Pbc", "pbckit:infra:Offering"


@dataclass(frozen=True)
class Synthetic:
    """A stack and the contracts that it keeps."""

    project: str
    stack: str
    pbcs: int
    export: dict[str, Any]
    """In the format of `pulumi stack export`."""
    contracts: Mapping[str, str]
    """JSON Schemas by file name."""

    @property
    def resources(self) -> list[dict[str, Any]]:
        """The states of all resources."""
        return self.export["deployment"]["resources"]

    def count(self, kind: str) -> int:
        """How many resources of a kind there are, the last part of their type token."""
        return sum(state["type"].endswith(f":{kind}") for state in self.resources)

    def save(self, folder: Path) -> tuple[Path, Path]:
        """Write the export and the contracts; where they are."""
        export, contracts = folder / "export.json", folder / "contracts"
        contracts.mkdir(parents=True)
        export.write_text(json.dumps(self.export))
        for name, text in self.contracts.items():
            (contracts / name).write_text(text)
        return export, contracts


def grown(graph: Graph, schemas: Path, copies: int) -> Synthetic:
    """A stack with each unit of a graph so many times, the first time under its own name.

    Args:
        graph: the real program's.
        schemas: folder of its contracts.
        copies: how many times, 1 or more.
    """
    named = _Renaming(tuple(one.name for token in (_PBC, _OFFERING) for one in graph.by_type(token)), copies)
    export = graph.export()
    export["deployment"]["resources"] = [
        copied for state in export["deployment"]["resources"] for copied in named.states(state)
    ]
    contracts = {
        name: text
        for path in sorted(schemas.glob("*.json"))
        for name, text in zip(named.texts(path.name), named.texts(path.read_text()), strict=False)
    }
    return Synthetic(graph.project, graph.stack, len(graph.by_type(_PBC)) * copies, export, contracts)


class _Renaming:
    """The names of units, each with a number from the second copy on."""

    def __init__(self, units: tuple[str, ...], copies: int) -> None:
        self._unit = re.compile("|".join(sorted(units, key=len, reverse=True)))
        self._copies = copies

    def texts(self, text: str) -> list[str]:
        """A text for each copy; only itself where it names no unit."""
        if not self._unit.search(text):
            return [text]
        return [text, *(self._unit.sub(rf"\g<0>-{number}", text) for number in range(2, self._copies + 1))]

    def states(self, state: dict[str, Any]) -> list[dict[str, Any]]:
        """A resource for each copy; one that is everybody's once, with the copies in its lists."""
        if not self._unit.search(state["urn"]):
            return [cast("dict[str, Any]", self._shared(state))]
        return [json.loads(text) for text in self.texts(json.dumps(state))]

    def _shared(self, value: Any) -> Any:
        """A value in which each element of a list that names a unit is there for each copy."""
        if isinstance(value, dict):
            return {key: self._shared(item) for key, item in cast("dict[str, Any]", value).items()}
        if isinstance(value, list):
            return [one for item in cast("list[Any]", value) for one in self._elements(item)]
        if isinstance(value, str) and value.startswith("{") and self._unit.search(value):
            return json.dumps(self._shared(json.loads(value)), separators=(",", ":"))
        return value

    def _elements(self, item: Any) -> list[Any]:
        return (
            [json.loads(text) for text in self.texts(json.dumps(item))]
            if isinstance(item, str)
            else [self._shared(item)]
        )
