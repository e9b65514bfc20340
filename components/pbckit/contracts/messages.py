"""The fields of a message by path, as contracts, breaks and expectations write them, and what each of them means."""

import ast
import importlib
import inspect
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec


@dataclass(frozen=True)
class Field:
    """A field of a message, or of a part of it."""

    path: str
    """For example `data.lines.[].quantity`: `[]` for any element of a list, `*` for any value of a map."""
    owner: str
    """The class that declares it, for example `contracts.orders.Line`."""
    name: str
    holds_messages: bool
    """It has fields of its own."""

    @property
    def meaning(self) -> str:
        """What the contract says of it, in one line; empty if nothing."""
        return _meanings(self.owner.rpartition(".")[0]).get((self.owner.rpartition(".")[2], self.name), "")


def fields(
    message: type[msgspec.Struct], prefix: str, inside: Callable[[Field], bool] = lambda _: True
) -> Iterator[Field]:
    """All fields of a message, those of its parts behind the field that holds them.

    Args:
        message: the class at the top.
        prefix: its own path, for example `data`.
        inside: of which fields the parts are wanted, too.
    """
    hints = get_type_hints(message, include_extras=True)
    for one in msgspec.structs.fields(message):
        parts = list(_messages(hints[one.name]))
        found = Field(f"{prefix}.{one.encode_name}", _declaring(message, one.name), one.name, bool(parts))
        yield found
        if inside(found):
            for part, steps in parts:
                yield from fields(part, f"{found.path}{steps}", inside)


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
        yield from ((message, f".[]{steps}") for message, steps in _messages(get_args(hint)[0]))
    elif origin is dict:
        yield from ((message, f".*{steps}") for message, steps in _messages(get_args(hint)[1]))
    elif isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint, ""


@cache
def _meanings(module: str) -> dict[tuple[str, str], str]:
    """The texts below fields, by class and field."""
    found: dict[tuple[str, str], str] = {}
    for statement in ast.parse(inspect.getsource(importlib.import_module(module))).body:
        if isinstance(statement, ast.ClassDef):
            for field, text in zip(statement.body, statement.body[1:], strict=False):
                if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                    match text:
                        case ast.Expr(value=ast.Constant(value=str(meaning))):
                            found[statement.name, field.target.id] = " ".join(meaning.split())
                        case _:
                            pass
    return found
