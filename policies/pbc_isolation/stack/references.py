"""What the properties of a resource refer to: every text in them, with what is known of its place."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from pbc_isolation.stack.graph import Resource
from pbc_isolation.stack.type_data import TypeData
from pbc_isolation.stack.values import texts_by_path


class Leaf(NamedTuple):
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
    wanted: frozenset[str] | None = None
    for path, value in refer_by_path(resource, known):
        kind = known.kind_of(path)
        if kind is not None and resource.set_by_program is not None:
            wanted = wanted or frozenset(path for path, _ in texts_by_path(resource.set_by_program))
            kind = kind if path in wanted else None
        yield Leaf(path.partition(".")[0], path, value, kind)


def refer_by_path(resource: Resource, known: TypeData) -> Iterator[tuple[str, Any]]:
    """The texts of `leaves` with their paths only."""
    for path, value in resource.texts:
        key = path.partition(".")[0]
        if key in known.computed or path in known.names or key == "id":
            continue
        yield path, value
