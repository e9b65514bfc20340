"""AWS's API models, read from botocore's data files: what parameters an operation takes."""

import gzip
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from importlib.resources import files

import msgspec

VERSION = version("botocore")


class _Reference(msgspec.Struct, frozen=True):
    shape: str


class _Definition(msgspec.Struct, frozen=True):
    """A shape as it stands in a model."""

    type: str
    members: Mapping[str, _Reference] = {}
    required: Sequence[str] = ()
    member: _Reference | None = None
    key: _Reference | None = None
    value: _Reference | None = None
    enum: Sequence[str] = ()
    pattern: str | None = None
    min: float | None = None
    max: float | None = None


class _Operation(msgspec.Struct, frozen=True):
    input: _Reference | None = None
    output: _Reference | None = None


class _Model(msgspec.Struct, frozen=True):
    operations: Mapping[str, _Operation]
    shapes: Mapping[str, _Definition]


class Shape:
    """What a parameter may be."""

    def __init__(self, model: _Model, name: str) -> None:
        self._model = model
        self._definition = model.shapes[name]
        self.name = name
        self.type = self._definition.type
        """`structure`, `list`, `map`, or a type of single values such as `string`."""
        self.required = self._definition.required
        """Names of the members that a structure must have."""
        self.enum = self._definition.enum
        """The allowed values; empty where any is."""
        self.pattern = self._definition.pattern
        """What a whole text must match, in Java's syntax."""
        self.min, self.max = self._definition.min, self._definition.max
        """Limits of a number, or of the length of a text, list or blob."""

    @property
    def members(self) -> "Mapping[str, Shape]":
        """The members of a structure, in the model's order; empty for others."""
        return {name: Shape(self._model, one.shape) for name, one in self._definition.members.items()}

    def inside(self, step: str) -> "Shape | None":
        """The shape of a structure's member, a list's item or a map's value; None where there is none."""
        if self.type == "structure":
            reference = self._definition.members.get(step)
        else:
            reference = self._definition.member or self._definition.value
        return None if reference is None else Shape(self._model, reference.shape)

    @property
    def item(self) -> "Shape":
        """What a list or a map holds."""
        return self._shape(self._definition.member or self._definition.value)

    @property
    def key(self) -> "Shape":
        """What the keys of a map are."""
        return self._shape(self._definition.key)

    def _shape(self, reference: _Reference | None) -> "Shape":
        if reference is None:
            raise KeyError(f"{self.name} holds nothing")
        return Shape(self._model, reference.shape)


@cache
def operation_input(service: str, operation: str) -> Shape:
    """The parameters of an operation, as a structure.

    Args:
        service: botocore's name of the service.
        operation: name of the operation, for example `CreateTable`.

    Raises:
        KeyError: the service has no such operation, or it takes no parameters.
    """
    return _shape(service, _model(service).operations[operation].input)


@cache
def operation_output(service: str, operation: str) -> Shape:
    """The answer of an operation, as a structure. Arguments and errors as those of `operation_input`."""
    return _shape(service, _model(service).operations[operation].output)


def _shape(service: str, reference: _Reference | None) -> Shape:
    if reference is None:
        raise KeyError(f"an operation of {service} takes or gives nothing")
    return Shape(_model(service), reference.shape)


@cache
def _model(service: str) -> _Model:
    # A folder for each version of the service's API, named by its date.
    versions = sorted((files("botocore") / "data" / service).iterdir(), key=lambda one: one.name)
    packed = (versions[-1] / "service-2.json.gz").read_bytes()
    return msgspec.json.decode(gzip.decompress(packed), type=_Model)
