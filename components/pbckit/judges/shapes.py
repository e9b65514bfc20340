"""Parameters checked against a shape of AWS's models: types, required members, enums, patterns, lengths and ranges.

botocore itself checks types and required members only, when a call is made.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from pbckit.judges.aws_models import Shape
from pbckit.judges.values import is_unknown


class Misfit(NamedTuple):
    """A parameter that does not fit its shape."""

    path: str
    problem: str
    value: object
    allowed: object


_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "float": (int, float),
    "double": (int, float),
    "boolean": (bool,),
    "blob": (bytes,),
    "timestamp": (str,),
    "list": (list,),
    "map": (dict,),
    "structure": (dict,),
}
# As they stand in classes of AWS's patterns, which are Java's. Near enough for letters, separators and numbers.
_UNICODE_CLASSES = {r"\p{L}": r"a-zA-Z\u00aa-\U0010ffff", r"\p{Z}": r"\s", r"\p{N}": r"0-9"}


def misfits(shape: Shape, value: Any, path: str = "") -> Iterator[Misfit]:
    """What AWS would refuse in a value of a shape. What is computed later fits."""
    if is_unknown(value):
        return
    if type(value) not in _TYPES[shape.type]:
        yield Misfit(path, "is of the wrong type", value, shape.type)
        return
    yield from _own(shape, value, path)
    if shape.type == "structure":
        yield from _members(shape, value, path)
    elif shape.type == "list":
        for index, item in enumerate(value):
            yield from misfits(shape.item, item, f"{path}[{index}]")
    elif shape.type == "map":
        for key, item in value.items():
            yield from misfits(shape.key, key, f"{path}.{key}")
            yield from misfits(shape.item, item, f"{path}.{key}")


def _members(shape: Shape, value: Mapping[str, Any], path: str) -> Iterator[Misfit]:
    prefix = f"{path}." if path else ""
    required, members = ", ".join(shape.required), shape.members
    for name in shape.required:
        if name not in value:
            yield Misfit(f"{prefix}{name}", "is missing", sorted(value), f"required: {required}")
    for name, item in value.items():
        if name not in members:
            yield Misfit(f"{prefix}{name}", "is no parameter", name, sorted(members))
        else:
            yield from misfits(members[name], item, f"{prefix}{name}")


def _own(shape: Shape, value: Any, path: str) -> Iterator[Misfit]:
    """What the shape itself says of a value."""
    if shape.enum and value not in shape.enum:
        yield Misfit(path, "is none of the allowed values", value, ", ".join(shape.enum))
    if shape.pattern and isinstance(value, str) and not matcher(shape.pattern)(value):
        yield Misfit(path, "does not match the pattern", value, shape.pattern)
    size = _size(value)
    if size is None:
        return
    low, high = shape.min, shape.max
    if (low is not None and size < low) or (high is not None and size > high):
        what = "is out of range" if size is value else f"has a length of {size}"
        allowed = " to ".join("any" if limit is None else f"{limit:.0f}" for limit in (low, high))
        yield Misfit(path, what, value, allowed)


def _size(value: Any) -> float | None:
    """What limits are about: a number itself, or the length of a text, list or blob."""
    if isinstance(value, bool | dict):
        return None
    return value if isinstance(value, int | float) else len(value)


@cache
def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a whole text matches one of AWS's patterns.

    Raises:
        re.error: the pattern is not understood here.
    """
    for name, characters in _UNICODE_CLASSES.items():
        pattern = pattern.replace(name, characters)
    compiled = re.compile(pattern)
    return lambda text: compiled.fullmatch(text) is not None
