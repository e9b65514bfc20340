"""The API calls by which a resource is created, put together from its inputs by `data/api_calls.yaml`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

import msgspec

from pbckit.judges.aws_models import Shape, operation_input
from pbckit.judges.values import is_file, is_unknown
from pbckit.sandbox.graph import UNKNOWN

_DATA = Path(__file__).parent / "data" / "api_calls.yaml"
_FILE = b"PK"
"""Stands for the bytes of a file."""
_PAIR = 2
Target = str | Mapping[str, Any] | None


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What AWS documents about an input and botocore's model does not say. Exactly one check is set."""

    input: str
    source: str
    when: Mapping[str, str] = {}
    product: Sequence[str] = ()
    range: tuple[int, int] | None = None
    length: tuple[int, int] | None = None
    one_of: Sequence[str | int] | None = None
    pattern: str | None = None
    multiple_of: int | None = None
    also: Sequence[int] = msgspec.field(name="or", default=())
    required: Sequence[str] | None = None
    forbidden: Sequence[str] | None = None
    forbidden_keys: Sequence[str] | None = None


class TypeCalls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How resources of a type are created. The fields are explained in the data file."""

    service: str
    calls: Sequence[str]
    names: Mapping[str, Target] = {}
    given: Sequence[str] = ()
    limits: Sequence[Limit] = ()


@dataclass(frozen=True)
class Call:
    """An API call with its parameters. What is computed later is `UNKNOWN`."""

    operation: str
    shape: Shape
    parameters: dict[str, Any]


@cache
def types() -> Mapping[str, TypeCalls]:
    """The contents of the data file, by Pulumi type."""
    return msgspec.yaml.decode(_DATA.read_bytes(), type=dict[str, TypeCalls])


def calls(token: str, inputs: Mapping[str, Any]) -> tuple[list[Call], list[str]]:
    """The calls that create a resource, and the paths of the inputs that no call has a parameter for.

    Raises:
        KeyError: the type is not listed.
    """
    known = types()[token]
    requests = [_Request(known.names, operation_input(known.service, name)) for name in known.calls]
    unmapped: list[str] = []
    for key, value in inputs.items():
        takers = [request for request in requests if request.take(key, value)]
        if not takers:
            unmapped.append(key)
    unmapped += [path for request in requests for path in request.unmapped]
    main = requests[0]
    sent = [
        Call(name, request.shape, _with_lists(request.parameters))
        for name, request in zip(known.calls, requests, strict=True)
        if request is main or request.parameters.keys() - main.parameters.keys()
    ]
    for call in sent:
        call.parameters.update({name: UNKNOWN for name in known.given if name in call.shape.members})
    return sent, sorted(set(unmapped))


class _Request:
    """Parameters of one call, or of a structure in it, that grow with each input taken."""

    def __init__(self, names: Mapping[str, Target], shape: Shape, path: str = "") -> None:
        self._names = names
        self.shape = shape
        self._path = path
        self.parameters: dict[str, Any] = {}
        self.unmapped: list[str] = []

    def take(self, key: str, value: Any) -> bool:
        """Put an input where it belongs. False if there is no parameter for it."""
        path = f"{self._path}{key}"
        if path in self._names and self._names[path] is None:
            return True
        taken = False
        for target, content in self._targets(path, key).items():
            shape = _shape_at(self.shape, target)
            if shape is not None:
                taken = True
                _put(self.parameters, target, self._as(shape, value, path) if content == "$value" else content)
        return taken

    def _targets(self, path: str, key: str) -> Mapping[str, Any]:
        if path in self._names:
            target = self._names[path]
            return {target: "$value"} if isinstance(target, str) else cast("Mapping[str, Any]", target)
        return {name: "$value" for name in self.shape.members if name.lower() == key.lower()}

    def _as(self, shape: Shape, value: Any, path: str) -> Any:
        """The value as the provider sends it for a parameter of this shape."""
        if is_unknown(value):
            return value
        if is_file(value):
            return _FILE
        if shape.type == "list":
            return self._as_list(shape.item, value, path)
        if isinstance(value, Mapping):
            return self._as_object(shape, cast("Mapping[str, Any]", value), path)
        if shape.type in ("float", "double") and isinstance(value, str):
            return _number(value)
        return value

    def _as_list(self, item: Shape, value: Any, path: str) -> Any:
        if isinstance(value, list):
            return [self._as(item, one, path) for one in cast("list[Any]", value)]
        if not isinstance(value, Mapping):
            return value
        # Pulumi has a map for a list of pairs, and one object for a list of at most one.
        if len(item.members) == _PAIR:
            first, second = item.members
            return [{first: key, second: one} for key, one in cast("Mapping[str, Any]", value).items()]
        return [self._as(item, value, path)]

    def _as_object(self, shape: Shape, value: Mapping[str, Any], path: str) -> Any:
        if shape.type == "map":
            return {key: self._as(shape.item, item, f"{path}.{key}") for key, item in value.items()}
        if shape.type != "structure":
            return dict(value)
        inner = _Request(self._names, shape, f"{path}.")
        self.unmapped += [f"{path}.{key}" for key, item in value.items() if not inner.take(key, item)]
        self.unmapped += inner.unmapped
        return _with_lists(inner.parameters)


def _shape_at(shape: Shape | None, path: str) -> Shape | None:
    """The shape of a parameter by its path; None where an operation has none."""
    for step in path.split("."):
        shape = None if shape is None else shape.inside(step)
    return shape


def _put(parameters: dict[Any, Any], path: str, value: Any) -> None:
    """Set a parameter by its path. Lists are objects with numbers as keys meanwhile: inputs come in any order."""
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    for step in steps:
        parameters = parameters.setdefault(step, {})
    # SQS and SNS take attributes as text, whatever they are.
    parameters[last] = str(value).lower() if steps == ["Attributes"] and isinstance(value, int) else value


def _with_lists(value: Any) -> Any:
    """The value with lists in the place of objects whose keys are numbers."""
    if not isinstance(value, dict):
        return value
    found = {key: _with_lists(item) for key, item in cast("dict[Any, Any]", value).items()}
    is_list = found and all(isinstance(key, int) for key in found)
    return [found[key] for key in sorted(found)] if is_list else found


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text
