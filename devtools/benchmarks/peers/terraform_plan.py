"""A stack as the JSON of a Terraform plan, which most tools read.

Pulumi's AWS provider is made from Terraform's, so that types and properties have the same names in another spelling.
"""

import re
from collections.abc import Mapping
from typing import Any, cast

from pbckit.sandbox.graph import UNKNOWN

_PROVIDER = "registry.terraform.io/hashicorp/aws"
_MAPS = frozenset({"tags", "tagsAll", "variables", "dimensions"})
"""Properties that are maps; every other object is a block, which Terraform writes as a list of one."""
_SINGULARS = {"ies": "y", "xes": "x", "s": ""}
_LETTER = re.compile(r"(?<=[a-z0-9])([A-Z])")


def plan(states: list[dict[str, Any]]) -> dict[str, Any]:
    """The plan that creates some resources.

    Args:
        states: resources as they stand in `pulumi stack export`; those of other providers are left out.
    """
    made = [_resource(state) for state in states if state["type"].startswith("aws:")]
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": [{**one, "values": known} for one, known, _ in made]}},
        "resource_changes": [
            {**one, "change": {"actions": ["create"], "before": None, "after": known, "after_unknown": unknown}}
            for one, known, unknown in made
        ],
        "configuration": {"root_module": {"resources": [{**one, "expressions": {}} for one, _, _ in made]}},
    }


def _resource(state: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], dict[str, bool]]:
    """A resource, what is known of it, and what is not."""
    module, _, kind = state["type"].removeprefix("aws:").partition("/")
    token = f"aws_{module}_{_snake(kind.partition(':')[2])}"
    name = re.sub(r"\W", "_", state["urn"].rpartition("::")[2])
    inputs = cast("dict[str, Any]", state.get("inputs", {}))
    known = _block(inputs)
    unknown = {_snake(key): True for key, value in inputs.items() if value == UNKNOWN}
    head = {
        "address": f"{token}.{name}",
        "mode": "managed",
        "type": token,
        "name": name,
        "provider_name": _PROVIDER,
        "schema_version": 0,
    }
    return head, known, unknown


def _block(values: Mapping[str, Any]) -> dict[str, Any]:
    return {_name(key, value): _value(key, value) for key, value in values.items() if value != UNKNOWN}


def _value(key: str, value: Any) -> Any:
    if isinstance(value, list):
        items = cast("list[Any]", value)
        return [_block(cast("dict[str, Any]", item)) if isinstance(item, dict) else item for item in items]
    if isinstance(value, dict) and key not in _MAPS:
        return [_block(cast("dict[str, Any]", value))]
    return value


def _name(key: str, value: Any) -> str:
    """A property's name in Terraform, where blocks that may stand several times are named in the singular."""
    name = _snake(key)
    if not isinstance(value, list) or not any(isinstance(item, dict) for item in cast("list[Any]", value)):
        return name
    for plural, singular in _SINGULARS.items():
        if name.endswith(plural):
            return name.removesuffix(plural) + singular
    return name


def _snake(name: str) -> str:
    return _LETTER.sub(r"_\1", name).lower()
