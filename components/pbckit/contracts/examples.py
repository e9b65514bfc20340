"""A valid example of each event, made from its schema: always the same one."""

import json
import re
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

from pbckit.contracts.compatibility import Schema, Typed
from pbckit.contracts.definitions import Event
from pbckit.contracts.json_schema import event_schema
from pbckit.program_root import program_root

FILE = Path("contracts/examples.yaml")
"""Relative to the program's root: what fields say, unless their schema lists values."""
_METADATA: Mapping[str, str] = {
    "event_id": "0197f1c2-8a00-7c4d-9b1e-3f5a7c9d1e2f",
    "correlation_id": "0197f1c2-8a00-7b2a-8c3d-5e7f9a1b3c5d",
    "causation_id": "0197f1c2-8a00-7a1b-8d2e-4f6a8b0c2d4e",
    "trace_header": "Root=1-6a1d7f40-0123456789abcdef01234567;Parent=0123456789abcdef;Sampled=1",
}
_OTHER_TEXTS = ("example", "2026-06", "1", "AB", "ABC", "2026")
"""What other fields say: the first that the schema allows."""
_INSTANT = "2026-06-01T12:00:00Z"


class Examples(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file: what fields say, by `Message.field` or by the field's name alone."""

    texts: dict[str, str] = {}
    numbers: dict[str, int] = {}
    instants: dict[str, str] = {}
    left_out: list[str] = []
    """Optional fields that do not go with another one."""


@cache
def _known() -> Examples:
    path = program_root() / FILE
    if not path.exists():
        return Examples()
    try:
        return msgspec.convert(yaml.safe_load(path.read_text()) or {}, Examples)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise ValueError(f"{FILE}: {error}") from error


def event_example(event: type[Event]) -> dict[str, Any]:
    """An event in its envelope that its schema and its type accept, with its optional fields.

    Raises:
        ValueError: the schema asks for something of which no example is known; the message names the field.
    """
    document: Schema = json.loads(event_schema(event))
    example = _example(Typed(document, document), event.__name__)
    data, metadata = example["data"], example["metadata"]
    metadata |= {"aggregate_id": str(data[event.aggregate]), "schema_version": event.schema_version, "sequence": 1}
    return {"metadata": metadata, "data": data}


def _example(typed: Typed, field: str) -> Any:
    branch = next(one for one in typed.branches() if one.schema.get("type") != "null")
    values = branch.values()
    if values is not None:
        return values[0]
    match branch.schema.get("type"):
        case "object":
            return _parts(branch, branch.schema.get("title", field))
        case "array":
            return [_example(branch.at(branch.schema["items"]), field)]
        case "string":
            return _text(branch.schema, field)
        case "integer" | "number":
            return _number(branch.schema, field)
        case "boolean":
            return True
        case other:
            raise ValueError(f"no example is known for {field}: its type is {other or 'anything'}")


def _parts(typed: Typed, message: str) -> dict[str, Any]:
    fields: Mapping[str, Schema] = typed.schema.get("properties", {})
    return {
        name: _example(typed.at(schema), f"{message}.{name}")
        for name, schema in fields.items()
        if f"{message}.{name}" not in _known().left_out
    }


def _text(schema: Schema, field: str) -> str:
    if schema.get("format") == "date-time":
        return _known().instants.get(field.rpartition(".")[2], _INSTANT)
    texts = {**_METADATA, **_known().texts}
    known = [texts[key] for key in (field, field.rpartition(".")[2]) if key in texts]
    sizes = range(schema.get("minLength", 0), schema.get("maxLength", sys.maxsize - 1) + 1)
    for text in (*known, *_OTHER_TEXTS):
        if re.search(schema.get("pattern", ""), text) and len(text) in sizes:
            return text
    raise ValueError(f"no example is known for {field}; add one to {FILE}")


def _number(schema: Schema, field: str) -> int:
    known = _known().numbers.get(field.rpartition(".")[2], 0)
    return max(schema.get("minimum", known), min(known, schema.get("maximum", known)))
