"""The properties of every AWS resource type, read from the source of Pulumi's AWS package.

Its classes are generated and all alike; importing all of them takes longer than everything else that needs this.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

_CLASS = re.compile(r'^@pulumi\.type_token\("(aws:[^"]+)"\)\nclass \w+\(pulumi\.CustomResource\):', re.MULTILINE)
_ARGUMENTS = re.compile(r"^class \w+Args:\n", re.MULTILINE)
_GETTER = re.compile(r'^    @pulumi\.getter(?:\(name="(\w+)"\))?\n    def (\w+)\(self\) -> (.+):$', re.MULTILINE)


@dataclass(frozen=True)
class ResourceClass:
    """The properties of a type, by their names in Pulumi's protocol."""

    inputs: frozenset[str]
    """What a program can set."""
    outputs: Mapping[str, str]
    """All properties of a resource that exists, with their Python types as written."""

    @property
    def computed(self) -> frozenset[str]:
        """What only AWS says: no program can set it."""
        return frozenset(self.outputs) - self.inputs


@cache
def resource_classes() -> Mapping[str, ResourceClass]:
    """Every resource type of the AWS package that is installed, by type token."""
    return {token: found for path in _sources() for token, found in _classes(path.read_text())}


def own_identifiers_page() -> str:
    """`policies/own_identifiers.json`: by type, the computed properties that are a resource's own ARN."""
    found = {token: sorted(_own(token, one)) for token, one in sorted(resource_classes().items())}
    lines = [f"  {json.dumps(token)}: {json.dumps(keys)}" for token, keys in found.items() if keys]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _own(token: str, one: ResourceClass) -> Iterator[str]:
    """`arn`, and what is called after the type itself: `dashboardArn` of a `Dashboard`."""
    kind = token.rpartition(":")[2].lower()
    return (key for key in one.computed if key == "arn" or key.lower() == f"{kind}arn")


def _sources() -> list[Path]:
    package = find_spec("pulumi_aws")
    if package is None or package.origin is None:
        raise ModuleNotFoundError("pulumi_aws is not installed")
    return sorted(Path(package.origin).parent.glob("*/*.py"))


def _classes(source: str) -> Iterator[tuple[str, ResourceClass]]:
    declared = _CLASS.search(source)
    if declared is None:
        return
    arguments = _ARGUMENTS.search(source)
    before = source[arguments.start() : declared.start()] if arguments is not None else ""
    # Behind the arguments stands the class of what a lookup may be restricted by, with all properties again.
    settable = before.partition("\n@pulumi.input_type")[0]
    yield (
        declared[1],
        ResourceClass(
            inputs=frozenset(name or python for name, python, _ in _GETTER.findall(settable)),
            outputs={name or python: kind for name, python, kind in _GETTER.findall(source[declared.end() :])},
        ),
    )
