"""Which function makes which type, and what the embedded AWS does not model."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pbckit.errors import PbckitError
from pbckit.sandbox.embedded_aws import EmbeddedAws
from pbckit.sandbox.graph import Resource
from pbckit.sandbox.provision.inputs import Inputs


@dataclass(frozen=True, kw_only=True)
class Provisioned:
    """What the provider would answer: the resource's id, and the outputs that are not inputs."""

    id: str
    outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, order=True)
class NotModelled:
    """Something that the program asks for and the embedded AWS does not have."""

    type: str
    name: str
    what: str
    """The property, or why the whole type is missing."""


class UnknownType(PbckitError, KeyError):
    """A type that nobody taught the sandbox."""

    def __str__(self) -> str:
        return str(self.args[0])


Maker = Callable[[EmbeddedAws, Inputs], Provisioned]
_MAKERS: dict[str, Maker] = {}

TYPES_NOT_MODELLED: Mapping[str, str] = {
    "aws:schemas/registry:Registry": "the embedded AWS has no EventBridge schema registry",
    "aws:schemas/schema:Schema": "the embedded AWS has no EventBridge schema registry",
}
"""Types that are skipped, and why. They are named on the screen."""


def provisions(token: str) -> Callable[[Maker], Maker]:
    """Register the function that makes a type."""

    def register(maker: Maker) -> Maker:
        _MAKERS[token] = maker
        return maker

    return register


def provision(aws: EmbeddedAws, resource: Resource) -> list[NotModelled]:
    """Make a resource, set its id and outputs, and say what of it is not modelled.

    Raises:
        UnknownType: the sandbox does not know the type.
    """
    if resource.type in TYPES_NOT_MODELLED:
        resource.id = resource.name
        return [NotModelled(resource.type, resource.name, TYPES_NOT_MODELLED[resource.type])]
    if resource.type not in _MAKERS:
        raise UnknownType(
            f"{resource.type} ({resource.name}): the sandbox cannot make this type; "
            "add a function for it under pbckit/sandbox/provision/, or a reason to TYPES_NOT_MODELLED"
        )
    inputs = Inputs(resource.inputs)
    try:
        made = _MAKERS[resource.type](aws, inputs)
    except Exception as error:
        error.add_note(f"while making {resource.type} {resource.name}")
        raise
    resource.id = made.id
    # The provider gives the id among the outputs, too: the engine hands a policy pack these only.
    resource.outputs |= {**made.outputs, "id": made.id}
    return [NotModelled(resource.type, resource.name, path) for path in inputs.unread()]


def known_types() -> frozenset[str]:
    """Every type that the sandbox makes or skips with a reason."""
    return frozenset({*_MAKERS, *TYPES_NOT_MODELLED})
