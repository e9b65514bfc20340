"""A graph as a configuration of terraform-provider-aws, in Terraform's JSON syntax."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec

from pbckit.judges.values import is_file, is_unknown
from pbckit.sandbox.graph import Graph, Resource

_DATA = Path(__file__).parent / "data" / "provider_arguments.yaml"
_COMPUTED = "${terraform_data.computed.output}"
"""A value that Terraform does not know before it applies, of any type."""
_FOLLOWING_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Difference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An input whose argument an older provider does not have."""

    type: str
    argument: str
    instead: Mapping[str, str]
    reason: str


class Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The contents of the data file, which explains them."""

    types: Mapping[str, str]
    arguments: Mapping[str, Mapping[str, str]]
    differences: Sequence[Difference]


class BlockType(msgspec.Struct, frozen=True):
    """A block inside another."""

    block: "Block"


class Block(msgspec.Struct, frozen=True):
    """What a provider's schema says of a resource or of a block in it."""

    attributes: Mapping[str, Any] = {}
    block_types: Mapping[str, BlockType] = {}


class UnknownArgument(NamedTuple):
    """An input that the provider has no argument for."""

    resource: Resource
    path: str
    value: object
    known: Sequence[str]
    """The arguments that there are."""


@cache
def _names() -> Names:
    return msgspec.yaml.decode(_DATA.read_bytes(), type=Names)


def type_name(token: str) -> str:
    """The provider's name of a Pulumi type."""
    module, name = token.split(":")[1].split("/")
    return _names().types.get(token, f"aws_{module}_{_snake(name)}")


def address(resource: Resource) -> str:
    """What Terraform calls a resource of the configuration."""
    return f"{type_name(resource.type)}.{resource.name}"


def configuration(graph: Graph, blocks: Mapping[str, Block]) -> tuple[dict[str, Any], list[UnknownArgument]]:
    """The resources of a graph as a configuration, and the inputs that the provider does not know.

    Args:
        graph: a stack as captured at preview.
        blocks: the provider's schema by its names of types. Resources of other types are left out.
    """
    resources: dict[str, dict[str, Any]] = {"terraform_data": {"computed": {"input": "any"}}}
    unknown: list[UnknownArgument] = []
    for resource in graph.resources:
        name = type_name(resource.type) if resource.custom else ""
        if name in blocks:
            converted = _Converted(resource, name)
            resources.setdefault(name, {})[resource.name] = converted.arguments(resource.inputs, blocks[name])
            unknown += converted.unknown
    return {"resource": resources, "provider": {"aws": _PROVIDER}, "terraform": _TERRAFORM}, unknown


_TERRAFORM = {"required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 5.100, < 7"}}}
_PROVIDER = {"region": "us-east-1"}


class _Converted:
    """A resource on its way into the configuration."""

    def __init__(self, resource: Resource, type_: str) -> None:
        self._resource = resource
        self._type = type_
        self.unknown: list[UnknownArgument] = []

    def arguments(self, inputs: Mapping[str, Any], block: Block, path: str = "") -> dict[str, Any]:
        """Inputs as arguments of a block."""
        found: dict[str, Any] = {}
        for key, value in inputs.items():
            where = f"{path}{key}"
            name = self._name(where, key, block)
            if name is None:
                found |= self._instead(where, value, block)
            elif name in block.block_types:
                inner = block.block_types[name].block
                items = cast("list[Any]", value if isinstance(value, list) else [value])
                found[name] = [self.arguments(one, inner, f"{where}.") for one in items]
            else:
                found[name] = _value(value)
        return found

    def _name(self, path: str, key: str, block: Block) -> str | None:
        """The provider's name of an input; None where it has none."""
        snake = _snake(key)
        exception = _names().arguments.get(self._type, {}).get(path)
        candidates = [exception] if exception else [snake, *_singulars(snake)]
        return next((one for one in candidates if one in block.attributes or one in block.block_types), None)

    def _instead(self, path: str, value: Any, block: Block) -> dict[str, Any]:
        """What an older provider has in the place of an argument."""
        for known in _names().differences:
            if (known.type, known.argument) == (self._type, path):
                steps = {name: each.partition(".") for name, each in known.instead.items()}
                return {
                    name: _value(value[int(index)][field])
                    for name, (index, _, field) in steps.items()
                    if int(index) < len(value)
                }
        there = sorted([*block.attributes, *block.block_types])
        self.unknown.append(UnknownArgument(self._resource, path, value, there))
        return {}


def _value(value: Any) -> Any:
    if is_unknown(value):
        return _COMPUTED
    if is_file(value):
        return value["path"]
    if isinstance(value, Mapping):
        return {key: _value(item) for key, item in cast("Mapping[str, Any]", value).items()}
    if isinstance(value, list):
        return [_value(item) for item in cast("list[Any]", value)]
    # In Terraform's JSON every text is a template.
    return value.replace("${", "$${").replace("%{", "%%{") if isinstance(value, str) else value


def _snake(name: str) -> str:
    return _FOLLOWING_CAPITAL.sub("_", name).lower()


def _singulars(plural: str) -> Iterator[str]:
    for ending, singular in (("ies", "y"), ("es", ""), ("s", "")):
        if plural.endswith(ending):
            yield plural.removesuffix(ending) + singular
