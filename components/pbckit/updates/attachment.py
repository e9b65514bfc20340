"""Which resources belong to another one: AWS removes them with it, or does not delete it before them."""

from pbckit.sandbox.graph import UNKNOWN, Resource
from pbckit.updates.resource_types import resource_type
from pbckit.updates.values import given


def names(child: Resource, name: str, parent: Resource) -> bool:
    """Whether an input of a resource names another one: by an output of it, its name, or an ARN that ends with it."""
    if parent.urn in child.property_dependencies.get(name, ()):
        return True
    value, named = given(child.inputs).get(name), _name(parent)
    if not isinstance(value, str) or named is None:
        return False
    return value == named or value.endswith((f"/{named}", f":{named}"))


def _name(one: Resource) -> str | None:
    identity = resource_type(one.type).identity
    value = given(one.inputs).get(identity[-1]) if identity else None
    return value if isinstance(value, str) and value != UNKNOWN else None
