"""What the properties of a resource refer to: every text in them, with what is known of its place."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from pbc_isolation.stack.graph import Resource
from pbc_isolation.stack.type_data import TypeData
from pbc_isolation.stack.values import UNKNOWN


@dataclass(frozen=True)
class Leaf:
    """A text, or an unknown, in the properties of a resource."""

    key: str
    """The property at the top."""
    path: str
    value: Any
    """A text, or UNKNOWN."""
    kind: str | None = None
    """What the type's data says that it refers to; None where it says nothing."""


def leaves(resource: Resource, known: TypeData) -> Iterator[Leaf]:
    """Every text that a program can have set, but for the name of the thing itself; lists are looked through.

    Where it is known what the program has set, only that refers to something by its place: a block that the program
    sets has fields that AWS fills in, such as the id of the disk that it makes.
    """
    wanted = None if resource.set_by_program is None else {path for path, _ in _texts(resource.set_by_program, "")}
    for path, value in _texts(resource.props, ""):
        key = path.partition(".")[0]
        if key in known.computed or path in known.names or key == "id":
            continue
        kind = known.kind_of(path) if wanted is None or path in wanted else None
        yield Leaf(key, path, value, kind)


def _texts(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, str) or value is UNKNOWN:
        yield path, value
    elif isinstance(value, list):
        for item in cast("list[Any]", value):
            yield from _texts(item, path)
    elif isinstance(value, Mapping):
        for key, item in cast("Mapping[str, Any]", value).items():
            if not key.isidentifier():
                yield path, key
            yield from _texts(item, f"{path}.{key}" if path else key)
