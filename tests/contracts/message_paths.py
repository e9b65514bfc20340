"""The fields of a message by path, as expectations write them, and which class declares each."""

import inspect
import types
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec


def paths_read(message: type[msgspec.Struct], prefix: str, is_read: Callable[[str], bool]) -> Iterator[str]:
    """The paths in a message that somebody reads.

    Args:
        message: the class at the top.
        prefix: its own path, for example `data`.
        is_read: whether a field is, for example `contracts.cards.PurchasePosted.amount`.

    Yields:
        each field that is read. One that holds messages only where nothing in them is.
    """
    hints = get_type_hints(message, include_extras=True)
    for field in msgspec.structs.fields(message):
        if not is_read(f"{_declaring(message, field.name)}.{field.name}"):
            continue
        inside = sorted(
            {
                path
                for inner, steps in _messages(hints[field.name])
                for path in paths_read(inner, f"{prefix}.{field.encode_name}{steps}", is_read)
            }
        )
        yield from inside or [f"{prefix}.{field.encode_name}"]


def _declaring(message: type, field: str) -> str:
    owner = next(one for one in message.__mro__ if field in inspect.get_annotations(one))
    return f"{owner.__module__}.{owner.__name__}"


def _messages(hint: Any) -> Iterator[tuple[type[msgspec.Struct], str]]:
    """The messages that a field may hold, each with the steps to it."""
    origin = get_origin(hint)
    if origin is Annotated:
        yield from _messages(get_args(hint)[0])
    elif origin in (Union, types.UnionType):
        for one in get_args(hint):
            yield from _messages(one)
    elif origin in (list, tuple):
        for message, steps in _messages(get_args(hint)[0]):
            yield message, f".[]{steps}"
    elif origin is dict:
        for message, steps in _messages(get_args(hint)[1]):
            yield message, f".*{steps}"
    elif isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint, ""
