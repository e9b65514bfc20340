"""Whether properties are those of `pulumi_aws`'s own classes, by name and by type, blocks within blocks included."""

import importlib
import re
import typing
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pulumi
from pulumi._types import (
    input_type_types,
    is_output_type,
    output_type_types,
    resource_pulumi_to_py_names,
    resource_types,
)

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_CLASS = re.compile(r'^@pulumi\.type_token\("([^"]+)"\)\nclass (\w+)\(pulumi\.CustomResource\)', re.MULTILINE)
_OF_STATES = frozenset({"id", "__meta", "__defaults", "__pulumi_raw_state_delta"})
"""What a state has beside the properties of its class."""
_KIND = "4dabf18193072939515e22adb298388d"
_SINGLE = (bool, int, float, str)


class NoClass(KeyError):
    """A type token that `pulumi_aws` does not have."""

    def __str__(self) -> str:
        return f"pulumi_aws has no type {self.args[0]}"


@cache
def properties(token: str) -> Mapping[str, Any]:
    """The types of all properties of a resource, by their names in Pulumi's protocol.

    Raises:
        NoClass: there is no such type.
    """
    if token not in _declared():
        raise NoClass(token)
    module, name = _declared()[token]
    return resource_types(getattr(importlib.import_module(module), name))


def computed(token: str) -> frozenset[str]:
    """The properties that no program can set."""
    module, name = _declared()[token]
    arguments = getattr(importlib.import_module(module), f"{name}Args")
    return frozenset(properties(token).keys() - input_type_types(arguments).keys())


@cache
def filled_in(token: str) -> frozenset[str]:
    """The properties that always have a value: at a preview they are unknown where the program says nothing."""
    module, name = _declared()[token]
    cls = getattr(importlib.import_module(module), name)
    types = {
        key: getattr(cls, python).fget.__annotations__["return"]
        for key, python in resource_pulumi_to_py_names(cls).items()
    }
    return frozenset(key for key, kind in types.items() if type(None) not in typing.get_args(typing.get_args(kind)[0]))


@cache
def _declared() -> Mapping[str, tuple[str, str]]:
    """Service and name of every resource class, by type token: importing all of them takes minutes.

    The service, and not the class's own module: `pulumi_aws` loads a service when something of it is first asked for,
    and would lack every class whose module was imported by itself before.
    """
    package = find_spec("pulumi_aws")
    assert package is not None
    assert package.origin is not None
    return {
        found[1]: (f"pulumi_aws.{path.parent.name}", found[2])
        for path in Path(package.origin).parent.glob("*/*.py")
        if (found := _CLASS.search(path.read_text()))
    }


def misfits(token: str, values: Mapping[str, Any]) -> list[str]:
    """What of some properties the class does not have, or has as another type.

    Raises:
        NoClass: there is no such type.
    """
    return [f"{path} {problem}" for path, problem in _misfits(properties(token), values, "")]


_Found = Iterator[tuple[str, str]]


def _misfits(types: Mapping[str, Any], values: Mapping[str, Any], path: str) -> _Found:
    for key, value in values.items():
        at = f"{path}.{key}".lstrip(".")
        if not path and key in _OF_STATES:
            continue
        if key not in types:
            yield at, "is no property"
        else:
            yield from _misfit(types[key], value, at)


def _misfit(kind: Any, value: Any, path: str) -> _Found:
    if value is None or value == UNKNOWN or _stands_for_another(value):
        return
    if is_output_type(kind):
        yield from _block(kind, value, path)
    elif kind in _SINGLE:
        fits = isinstance(value, (int, float) if kind is float else kind) and isinstance(value, bool) == (kind is bool)
        if not fits:
            yield path, f"is {value!r}, not {kind.__name__}"
    elif typing.get_origin(kind) in (list, Sequence):
        yield from _all(kind, value, path)
    elif typing.get_origin(kind) in (dict, Mapping):
        item_kind = typing.get_args(kind)[1]
        for key, item in (value if isinstance(value, Mapping) else {}).items():
            yield from _misfit(item_kind, item, f"{path}.{key}")
    elif kind in (pulumi.Asset, pulumi.Archive):
        yield path, f"is {value!r}, not a file"


def _stands_for_another(value: Any) -> bool:
    """True for a secret, a file or a reference: an object that has a kind of its own."""
    return isinstance(value, Mapping) and _KIND in value


def _block(kind: Any, value: Any, path: str) -> _Found:
    if isinstance(value, Mapping):
        yield from _misfits(output_type_types(kind), value, path)
        return
    yield path, f"is {value!r}, not a block"
    for item in value if isinstance(value, list) else ():
        yield from _block(kind, item, f"{path}[]")


def _all(kind: Any, value: Any, path: str) -> _Found:
    if not isinstance(value, list):
        yield path, f"is {value!r}, not a list"
    [item_kind] = typing.get_args(kind)
    for item in value if isinstance(value, list) else [value]:
        yield from _misfit(item_kind, item, f"{path}[]")
